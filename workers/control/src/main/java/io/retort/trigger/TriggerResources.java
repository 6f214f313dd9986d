package io.retort.trigger;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.identity.Resource;
import io.retort.identity.Resources;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TriggerRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The triggers that a request names. A trigger belongs to the team of the runs that it launches; a
 * request to set one is also about the runs and models that it brings along.
 */
public final class TriggerResources implements Resources {
  private static final String NAME = "name";

  private final TriggerStore triggers;
  private final Resources others;

  /**
   * @param others finds what all other requests are about
   */
  public TriggerResources(TriggerStore triggers, Resources others) {
    this.triggers = triggers;
    this.others = others;
  }

  @Override
  public List<Resource> of(Message request) throws IOException {
    if (!request
        .getDescriptorForType()
        .getFile()
        .getFullName()
        .equals(SetTriggerRequest.getDescriptor().getFile().getFullName())) {
      return others.of(request);
    }
    List<Resource> found = new ArrayList<>();
    if (request instanceof SetTriggerRequest set) {
      launched(set.getConfig().getLaunch(), found);
      // Those that owned the name before keep it.
      Optional<TriggerRecord> before = triggers.record(TriggerServiceImpl.name(set));
      before.ifPresent(record -> found.add(resource(record, "")));
      return found;
    }
    FieldDescriptor field = request.getDescriptorForType().findFieldByName(NAME);
    if (field != null) {
      String name = (String) request.getField(field);
      found.add(
          triggers
              .record(name)
              .map(record -> resource(record, TriggerErrors.notFoundMessage(name)))
              .orElseThrow(() -> TriggerErrors.notFound(name)));
    }
    return found;
  }

  private void launched(LaunchTemplate launch, List<Resource> found) throws IOException {
    if (launch.hasRetrain()) {
      found.addAll(
          others.of(
              RetrainRunRequest.newBuilder()
                  .setRunId(launch.getRetrain().getRunId())
                  .setModel(launch.getRetrain().getModel())
                  .setChanges(launch.getRetrain().getChanges())
                  .setUpdateMask(launch.getRetrain().getUpdateMask())
                  .build()));
    } else {
      found.addAll(others.of(CreateRunRequest.newBuilder().setSpec(launch.getSpec()).build()));
    }
  }

  private static Resource resource(TriggerRecord record, String notFound) {
    return new Resource(
        "trigger " + record.getTrigger().getConfig().getName(),
        Set.of(record.getTrigger().getTeam()),
        notFound);
  }
}
