package io.retort.subscription;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.event.Subscriptions;
import io.retort.identity.Resource;
import io.retort.identity.Resources;
import io.retort.v1.GetSubscriptionRequest;
import io.retort.v1.SetSubscriptionRequest;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The teams of the subscriptions that requests name; asks others about all other requests. */
public final class SubscriptionResources implements Resources {
  private final Subscriptions subscriptions;
  private final Resources others;

  public SubscriptionResources(Subscriptions subscriptions, Resources others) {
    this.subscriptions = subscriptions;
    this.others = others;
  }

  @Override
  public List<Resource> of(Message request) throws IOException {
    if (!request
        .getDescriptorForType()
        .getFile()
        .equals(GetSubscriptionRequest.getDescriptor().getFile())) {
      return others.of(request);
    }
    if (request instanceof SetSubscriptionRequest set) {
      return ofConfig(SubscriptionServiceImpl.name(set), set.getConfig());
    }
    FieldDescriptor field = request.getDescriptorForType().findFieldByName("name");
    return field == null ? List.of() : List.of(named((String) request.getField(field)));
  }

  /** The team that it names, and that which the subscription has now. */
  private List<Resource> ofConfig(String name, SubscriptionConfig config) throws IOException {
    List<Resource> resources = new ArrayList<>();
    resources.add(new Resource("the config", Set.of(Subscriptions.team(config.getTeam())), ""));
    Optional<Subscription> existing = subscriptions.read(name);
    if (existing.isPresent()) {
      resources.add(
          new Resource(
              "subscription " + name,
              Set.of(team(existing.get())),
              "config.name: " + name + " is taken (expected: another name)"));
    }
    return resources;
  }

  private Resource named(String name) throws IOException {
    return new Resource(
        "subscription " + name,
        subscriptions.read(name).map(found -> Set.of(team(found))).orElse(Set.of()),
        SubscriptionErrors.absent(name));
  }

  static String team(Subscription subscription) {
    return Subscriptions.team(subscription.getConfig().getTeam());
  }
}
