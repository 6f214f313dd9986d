package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.spec.SpecException;
import io.retort.v1.DeleteSubscriptionRequest;
import io.retort.v1.DeleteSubscriptionResponse;
import io.retort.v1.Delivery;
import io.retort.v1.GetSubscriptionRequest;
import io.retort.v1.ListDeliveriesRequest;
import io.retort.v1.ListDeliveriesResponse;
import io.retort.v1.ListSubscriptionsRequest;
import io.retort.v1.ListSubscriptionsResponse;
import io.retort.v1.PauseSubscriptionRequest;
import io.retort.v1.RedeliverRequest;
import io.retort.v1.ResumeSubscriptionRequest;
import io.retort.v1.SendTestEventRequest;
import io.retort.v1.SetSubscriptionRequest;
import io.retort.v1.Subscription;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort subscriptions}. */
@Command(
    name = "subscriptions",
    description = "Deliver events of runs and models to webhooks of other systems.",
    mixinStandardHelpOptions = true)
public final class SubscriptionsCommand {
  private static final String NAME = "Name of a subscription: see retort subscriptions list.";

  @Spec private CommandSpec spec;

  @Command(name = "list", description = "List the subscriptions of your teams.")
  int list(@Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListSubscriptionsResponse.Builder all = ListSubscriptionsResponse.newBuilder();
      String token = "";
      do {
        ListSubscriptionsResponse page =
            client
                .subscriptions()
                .listSubscriptions(
                    ListSubscriptionsRequest.newBuilder().setPageToken(token).build());
        all.addAllSubscriptions(page.getSubscriptionsList());
        token = page.getNextPageToken();
      } while (!token.isEmpty());
      output.print(
          spec.commandLine().getOut(),
          all,
          () ->
              all.getSubscriptionsList().stream()
                  .map(SubscriptionText::line)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  @Command(name = "show", description = "Show one subscription.")
  int show(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOptions output) {
    return print(
        output,
        client ->
            client
                .subscriptions()
                .getSubscription(GetSubscriptionRequest.newBuilder().setName(name).build())
                .getSubscription());
  }

  @Command(
      name = "set",
      description = {
        "Create a subscription or replace its configuration.",
        "The file has name, url and secrets, and may have team, event_types, phases, match_labels"
            + " and description, in YAML or JSON."
      })
  int set(
      @Parameters(paramLabel = "FILE", description = "The subscription, in YAML or JSON.")
          Path file,
      @Option(
              names = "--expected-revision",
              paramLabel = "REVISION",
              defaultValue = "0",
              description =
                  "Only if the subscription has this revision. Default: whatever there is.")
          long revision,
      @Option(names = "--validate-only", description = "Check the file and change nothing.")
          boolean validateOnly,
      @Mixin OutputOptions output)
      throws IOException, SpecException {
    SetSubscriptionRequest request =
        SetSubscriptionRequest.newBuilder()
            .setConfig(SubscriptionFile.read(file))
            .setExpectedRevision(revision)
            .setValidateOnly(validateOnly)
            .build();
    return print(
        output, client -> client.subscriptions().setSubscription(request).getSubscription());
  }

  @Command(name = "delete", description = "Delete a subscription with its deliveries.")
  int delete(@Parameters(paramLabel = "NAME", description = NAME) String name) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      DeleteSubscriptionResponse unused =
          client
              .subscriptions()
              .deleteSubscription(DeleteSubscriptionRequest.newBuilder().setName(name).build());
      spec.commandLine().getOut().println("deleted " + name);
      return 0;
    }
  }

  @Command(
      name = "pause",
      description = "Stop keeping events for a subscription until it is resumed.")
  int pause(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Shown with the subscription.")
          String reason,
      @Mixin OutputOptions output) {
    return print(
        output,
        client ->
            client
                .subscriptions()
                .pauseSubscription(
                    PauseSubscriptionRequest.newBuilder().setName(name).setReason(reason).build())
                .getSubscription());
  }

  @Command(name = "resume", description = "Deliver events of a paused subscription again.")
  int resume(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOptions output) {
    return print(
        output,
        client ->
            client
                .subscriptions()
                .resumeSubscription(ResumeSubscriptionRequest.newBuilder().setName(name).build())
                .getSubscription());
  }

  @Command(
      name = "test",
      description =
          "Deliver a test event. See the result with: retort subscriptions deliveries NAME.")
  int test(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOptions output) {
    return printDelivery(
        output,
        client ->
            client
                .subscriptions()
                .sendTestEvent(SendTestEventRequest.newBuilder().setName(name).build())
                .getDelivery());
  }

  @Command(
      name = "deliveries",
      description = "List deliveries of the last 30 days with their attempts, newest event first.")
  int deliveries(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "Maximum number shown, 1 to 200 (default: ${DEFAULT-VALUE}).")
          int limit,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListDeliveriesResponse page =
          client
              .subscriptions()
              .listDeliveries(
                  ListDeliveriesRequest.newBuilder().setName(name).setPageSize(limit).build());
      output.print(
          spec.commandLine().getOut(),
          page,
          () ->
              page.getDeliveriesList().stream()
                  .map(SubscriptionText::text)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  @Command(
      name = "redeliver",
      description =
          "Resend an event with the same id: immediately, then on the normal retry schedule.")
  int redeliver(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Parameters(
              paramLabel = "EVENT",
              description = "Id of an event: see retort subscriptions deliveries.")
          String event,
      @Mixin OutputOptions output) {
    return printDelivery(
        output,
        client ->
            client
                .subscriptions()
                .redeliver(RedeliverRequest.newBuilder().setName(name).setEventId(event).build())
                .getDelivery());
  }

  private int print(OutputOptions output, Function<ControlClient, Subscription> call) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Subscription answer = call.apply(client);
      output.print(spec.commandLine().getOut(), answer, () -> SubscriptionText.text(answer));
      return 0;
    }
  }

  private int printDelivery(OutputOptions output, Function<ControlClient, Delivery> call) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Delivery answer = call.apply(client);
      output.print(spec.commandLine().getOut(), answer, () -> SubscriptionText.text(answer));
      return 0;
    }
  }
}
