package io.retort.cli;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.spec.SpecException;
import io.retort.spec.TriggerReader;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.DeleteTriggerResponse;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort triggers}. */
@Command(
    name = "triggers",
    description = "Launch runs at times, for new data, by webhooks, by alerts.",
    mixinStandardHelpOptions = true)
public final class TriggersCommand {
  private static final String NAME = "Name of a trigger: see retort triggers list.";
  private static final String PAYLOAD = "JSON file with the event; default an empty object.";
  private static final int MOST_SHOWN = 50;

  @Spec private CommandSpec spec;

  @Command(name = "list", description = "List triggers with their last firing.")
  int list(@Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListTriggersResponse.Builder all = ListTriggersResponse.newBuilder();
      String token = "";
      do {
        ListTriggersResponse page =
            client
                .triggers()
                .listTriggers(ListTriggersRequest.newBuilder().setPageToken(token).build());
        all.addAllTriggers(page.getTriggersList());
        token = page.getNextPageToken();
      } while (!token.isEmpty());
      output.print(
          spec.commandLine().getOut(),
          all,
          () ->
              all.getTriggersList().stream()
                  .map(TriggerText::line)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  @Command(name = "show", description = "Show one trigger.")
  int show(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      return print(
          output,
          client
              .triggers()
              .getTrigger(GetTriggerRequest.newBuilder().setName(name).build())
              .getTrigger());
    }
  }

  @Command(
      name = "set",
      description = "Create a trigger from a file, or replace its configuration.")
  int set(
      @Parameters(paramLabel = "FILE", description = "YAML or JSON file.") Path file,
      @Option(
              names = "--expected-revision",
              description =
                  "Only if the trigger has this revision; 0: only if there is no such trigger."
                      + " Default: whatever there is.")
          @Nullable Long revision,
      @Option(names = "--validate-only", description = "Check the file and change nothing.")
          boolean validateOnly,
      @Mixin OutputOptions output)
      throws IOException, SpecException {
    Path absolute = file.toAbsolutePath();
    TriggerConfig config =
        TriggerReader.read(SpecFile.text(absolute), requireNonNull(absolute.getParent()));
    SetTriggerRequest.Builder request =
        SetTriggerRequest.newBuilder().setConfig(config).setValidateOnly(validateOnly);
    ExpectedRevision.ifGiven(spec, revision, request::setExpectedRevision);
    try (ControlClient client = ControlClient.open(System.getenv())) {
      return print(output, client.triggers().setTrigger(request.build()).getTrigger());
    }
  }

  @Command(name = "delete", description = "Delete a trigger; its runs and firings are kept.")
  int delete(@Parameters(paramLabel = "TRIGGER", description = NAME) String name) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      DeleteTriggerResponse unused =
          client.triggers().deleteTrigger(DeleteTriggerRequest.newBuilder().setName(name).build());
      return 0;
    }
  }

  @Command(
      name = "pause",
      description = "Skip events until the trigger is resumed. Its runs continue.")
  int pause(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Option(names = "--reason", defaultValue = "", description = "Shown with the trigger.")
          String reason,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      return print(
          output,
          client
              .triggers()
              .pauseTrigger(
                  PauseTriggerRequest.newBuilder().setName(name).setReason(reason).build())
              .getTrigger());
    }
  }

  @Command(name = "resume", description = "Let events fire a paused trigger again.")
  int resume(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      return print(
          output,
          client
              .triggers()
              .resumeTrigger(ResumeTriggerRequest.newBuilder().setName(name).build())
              .getTrigger());
    }
  }

  @Command(
      name = "test",
      description =
          "Show the plan of the run that an event would launch. Without --payload, a watched-data"
              + " trigger uses the files now in its location.")
  int test(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Option(names = "--payload", paramLabel = "FILE", description = PAYLOAD)
          @Nullable Path payload,
      @Mixin OutputOptions output)
      throws IOException, SpecException {
    Struct event = payload(payload);
    try (ControlClient client = ControlClient.open(System.getenv())) {
      TestTriggerResponse response =
          client
              .triggers()
              .testTrigger(TestTriggerRequest.newBuilder().setName(name).setPayload(event).build());
      output.print(
          spec.commandLine().getOut(), response, () -> PlanCommand.text(response.getPlan()));
      return 0;
    }
  }

  @Command(
      name = "fire",
      description = "Launch a run now. Exits with 1 where the run is refused; the firing says why.")
  int fire(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Option(names = "--payload", paramLabel = "FILE", description = PAYLOAD)
          @Nullable Path payload,
      @Option(
              names = "--request-id",
              defaultValue = "",
              description = "Repeated calls with the same id launch one run. Default: none.")
          String requestId,
      @Mixin OutputOptions output)
      throws IOException, SpecException {
    Struct event = payload(payload);
    try (ControlClient client = ControlClient.open(System.getenv())) {
      TriggerFiring firing =
          client
              .triggers()
              .fireTrigger(
                  FireTriggerRequest.newBuilder()
                      .setName(name)
                      .setPayload(event)
                      .setRequestId(requestId)
                      .build())
              .getFiring();
      output.print(spec.commandLine().getOut(), firing, () -> TriggerText.line(firing));
      return firing.getOutcome() == FiringOutcome.FIRING_OUTCOME_LAUNCHED
          ? 0
          : ExitCode.FAILED.number();
    }
  }

  @Command(name = "firings", description = "List the latest firings of a trigger, newest first.")
  int firings(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListFiringsResponse page =
          client
              .triggers()
              .listFirings(
                  ListFiringsRequest.newBuilder().setName(name).setPageSize(MOST_SHOWN).build());
      output.print(
          spec.commandLine().getOut(),
          page,
          () ->
              page.getFiringsList().stream()
                  .map(TriggerText::line)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  @Command(
      name = "revisions",
      description = "List the latest configurations of a trigger, newest first, and who made them.")
  int revisions(
      @Parameters(paramLabel = "TRIGGER", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListTriggerRevisionsResponse page =
          client
              .triggers()
              .listTriggerRevisions(
                  ListTriggerRevisionsRequest.newBuilder()
                      .setName(name)
                      .setPageSize(MOST_SHOWN)
                      .build());
      output.print(
          spec.commandLine().getOut(),
          page,
          () ->
              page.getRevisionsList().stream()
                  .map(TriggerText::revision)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  private int print(OutputOptions output, Trigger trigger) {
    output.print(spec.commandLine().getOut(), trigger, () -> TriggerText.text(trigger));
    return 0;
  }

  private Struct payload(@Nullable Path file) throws IOException, SpecException {
    Struct.Builder payload = Struct.newBuilder();
    if (file != null) {
      try {
        JsonFormat.parser().merge(SpecFile.text(file), payload);
      } catch (InvalidProtocolBufferException e) {
        throw new ParameterException(
            spec.commandLine(), "--payload: " + e.getMessage() + " (expected: a JSON object)");
      }
    }
    return payload.build();
  }
}
