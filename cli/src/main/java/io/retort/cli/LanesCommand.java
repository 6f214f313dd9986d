package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListLanesResponse;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort lanes}. */
@Command(
    name = "lanes",
    description = "Limit which runs of a pipeline run at once.",
    mixinStandardHelpOptions = true)
public final class LanesCommand {
  @Spec private CommandSpec spec;

  @Command(name = "list", description = "All lanes with their policies.")
  int list() {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      String token = "";
      do {
        ListLanesResponse page =
            client.lanes().listLanes(ListLanesRequest.newBuilder().setPageToken(token).build());
        page.getLanesList().forEach(lane -> out.println(line(lane)));
        token = page.getNextPageToken();
      } while (!token.isEmpty());
      return 0;
    }
  }

  @Command(name = "show", description = "One lane with its runs.")
  int show(@Parameters(paramLabel = "LANE") String name) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      print(client.lanes().getLane(GetLaneRequest.newBuilder().setName(name).build()).getLane());
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
      @Parameters(paramLabel = "LANE") String name,
      @Option(names = "--policy", required = true, description = "One of those above.")
          String policy,
      @Option(
              names = "--parallelism",
              defaultValue = "0",
              description = "Only for PARALLEL: 1 to 100.")
          int parallelism) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      LaneConfig set =
          client
              .lanes()
              .setLane(
                  SetLaneRequest.newBuilder()
                      .setName(name)
                      .setPolicy(policy(policy))
                      .setParallelism(parallelism)
                      .build())
              .getConfig();
      spec.commandLine().getOut().println(line(set));
      return 0;
    }
  }

  @Command(
      name = "unblock",
      description = "Let the runs behind a failed run of a STRICT_SEQUENTIAL lane start.")
  int unblock(@Parameters(paramLabel = "LANE") String name) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      print(
          client
              .lanes()
              .unblockLane(UnblockLaneRequest.newBuilder().setName(name).build())
              .getLane());
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

  private void print(Lane lane) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line(lane.getConfig()));
    if (lane.hasBlock()) {
      out.println(
          "  BLOCKED since "
              + Timestamps.toString(lane.getBlock().getSince())
              + " by run "
              + lane.getBlock().getRunId()
              + " ("
              + EnumText.shortName(lane.getBlock().getOutcome())
              + "): retort lanes unblock "
              + lane.getConfig().getName());
    }
    for (LaneRun run : lane.getHoldersList()) {
      out.println("  runs     " + run.getRunId() + (run.getCancelling() ? "  cancelling" : ""));
    }
    for (int index = 0; index < lane.getWaitingCount(); index++) {
      out.println("  place " + (index + 1) + "  " + lane.getWaiting(index).getRunId());
    }
    if (lane.getWaitingTotal() > lane.getWaitingCount()) {
      out.println("  ... " + lane.getWaitingTotal() + " wait");
    }
  }

  private static String line(LaneConfig lane) {
    return String.format(
            "%-30s %s%s",
            lane.getName(),
            EnumText.shortName(lane.getPolicy()),
            lane.getPolicy() == LanePolicy.LANE_POLICY_PARALLEL
                ? "(" + lane.getParallelism() + ")"
                : "")
        .stripTrailing();
  }
}
