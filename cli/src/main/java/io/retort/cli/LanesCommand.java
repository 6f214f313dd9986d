package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.output.OutputOptions;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListLanesResponse;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort lanes}. */
@Command(
    name = "lanes",
    description = "Limit how many runs of a pipeline run at once.",
    mixinStandardHelpOptions = true)
public final class LanesCommand {
  private static final String NAME = "Name of a lane: see retort lanes list.";

  @Spec private CommandSpec spec;

  @Command(name = "list", description = "List lanes with their policies.")
  int list(@Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListLanesResponse.Builder all = ListLanesResponse.newBuilder();
      String token = "";
      do {
        ListLanesResponse page =
            client.lanes().listLanes(ListLanesRequest.newBuilder().setPageToken(token).build());
        all.addAllLanes(page.getLanesList());
        token = page.getNextPageToken();
      } while (!token.isEmpty());
      output.print(
          spec.commandLine().getOut(),
          all,
          () ->
              all.getLanesList().stream()
                  .map(LanesCommand::line)
                  .collect(Collectors.joining("\n")));
      return 0;
    }
  }

  @Command(name = "show", description = "Show one lane with its runs.")
  int show(
      @Parameters(paramLabel = "LANE", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Lane lane =
          client.lanes().getLane(GetLaneRequest.newBuilder().setName(name).build()).getLane();
      output.print(spec.commandLine().getOut(), lane, () -> text(lane));
      return 0;
    }
  }

  @Command(
      name = "set",
      description = {
        "Create a lane or change its policy.",
        "PARALLEL: up to --parallelism runs at once. SEQUENTIAL: one at once."
            + " STRICT_SEQUENTIAL: one at once, and a failed run blocks those behind it."
            + " FIRST_ONLY: new runs are cancelled while one runs. LAST_ONLY: a new run cancels the"
            + " one that runs. SERIAL_LATEST_ONLY: one at once, and only the newest waits."
      })
  int set(
      @Parameters(paramLabel = "LANE", description = NAME) String name,
      @Option(names = "--policy", required = true, description = "One of those above.")
          String policy,
      @Option(
              names = "--parallelism",
              defaultValue = "0",
              description = "Required for PARALLEL, not allowed otherwise: 1 to 100.")
          int parallelism,
      @Option(
              names = "--team",
              defaultValue = "",
              description =
                  "The team that the lane belongs to from now on: only its runs may wait in it, and"
                      + " its operators may change it. Without it the team stays as it is.")
          String team,
      @Option(
              names = "--expected-revision",
              description =
                  "Only if the lane has this revision, as retort lanes show prints it; 0: only if"
                      + " there is no such lane. Default: whatever there is.")
          @Nullable Long revision,
      @Mixin OutputOptions output) {
    LanePolicy asked = policy(policy);
    SetLaneRequest.Builder request =
        SetLaneRequest.newBuilder()
            .setName(name)
            .setPolicy(asked)
            .setParallelism(parallelism)
            .setTeam(team);
    ExpectedRevision.ifGiven(spec, revision, request::setExpectedRevision);
    try (ControlClient client = ControlClient.open(System.getenv())) {
      LaneConfig set = client.lanes().setLane(request.build()).getConfig();
      output.print(spec.commandLine().getOut(), set, () -> line(set));
      return 0;
    }
  }

  @Command(
      name = "unblock",
      description = "Let the runs behind a failed run of a STRICT_SEQUENTIAL lane start.")
  int unblock(
      @Parameters(paramLabel = "LANE", description = NAME) String name,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Lane lane =
          client
              .lanes()
              .unblockLane(UnblockLaneRequest.newBuilder().setName(name).build())
              .getLane();
      output.print(spec.commandLine().getOut(), lane, () -> text(lane));
      return 0;
    }
  }

  private LanePolicy policy(String text) {
    String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(LanePolicy.values())
        .filter(policy -> policy.name().equals("LANE_POLICY_" + wanted))
        .filter(policy -> policy != LanePolicy.LANE_POLICY_UNSPECIFIED)
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--policy: "
                        + text
                        + " (expected: "
                        + Arrays.stream(LanePolicy.values())
                            .filter(
                                policy ->
                                    policy != LanePolicy.LANE_POLICY_UNSPECIFIED
                                        && policy != LanePolicy.UNRECOGNIZED)
                            .map(EnumText::shortName)
                            .collect(Collectors.joining(", "))
                        + ")"));
  }

  private static String text(Lane lane) {
    List<String> lines = new ArrayList<>();
    lines.add(line(lane.getConfig()));
    lines.add(revision(lane.getConfig()));
    if (lane.hasBlock()) {
      lines.add(
          "  BLOCKED since "
              + Timestamps.toString(lane.getBlock().getSince())
              + " by "
              + (lane.getBlock().getRunId().isEmpty()
                  ? "a hidden run"
                  : "run " + lane.getBlock().getRunId())
              + " ("
              + EnumText.shortName(lane.getBlock().getOutcome())
              + "): retort lanes unblock "
              + lane.getConfig().getName());
    }
    for (LaneRun run : lane.getHoldersList()) {
      lines.add("  runs     " + run.getRunId() + (run.getCancelling() ? "  cancelling" : ""));
    }
    int hidden = lane.getHoldersTotal() - lane.getHoldersCount();
    if (hidden > 0) {
      lines.add("  runs     " + hidden + " hidden");
    }
    for (LaneRun run : lane.getWaitingList()) {
      lines.add("  place " + run.getPlace() + "  " + run.getRunId());
    }
    int more = lane.getWaitingTotal() - lane.getWaitingCount();
    if (more > 0) {
      lines.add(
          "  waiting  "
              + more
              + " more"
              + (lane.getWaitingHidden() > 0
                  ? ", " + lane.getWaitingHidden() + " of them hidden"
                  : ""));
    }
    return String.join("\n", lines);
  }

  private static String revision(LaneConfig lane) {
    return "  revision "
        + Long.toUnsignedString(lane.getRevision())
        + (lane.getChangedBy().isEmpty() ? "" : ", set by " + lane.getChangedBy());
  }

  private static String line(LaneConfig lane) {
    return String.format(
            "%-30s %s%s%s",
            lane.getName(),
            EnumText.shortName(lane.getPolicy()),
            lane.getPolicy() == LanePolicy.LANE_POLICY_PARALLEL
                ? "(" + lane.getParallelism() + ")"
                : "",
            lane.getTeam().isEmpty() ? "" : "  team " + lane.getTeam())
        .stripTrailing();
  }
}
