package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.report.Figures;
import io.retort.report.LineageText;
import io.retort.report.RunDifference;
import io.retort.report.RunTable;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.Lineage;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs}. */
@Command(
    name = "runs",
    description = "List, show, compare, watch, steer and retrain runs.",
    subcommands = {
      RunLogsCommand.class,
      RunBudgetCommand.class,
      RunRetryCommand.class,
      RunDeleteCommand.class,
      RunNoteCommand.class,
      RunLabelCommand.class
    },
    mixinStandardHelpOptions = true)
public final class RunsCommand {
  @Spec private CommandSpec spec;

  @Command(name = "list", description = "List runs, newest first.")
  int list(
      @Mixin RunSelection selection,
      @Option(
              names = "--order-by",
              defaultValue = "",
              description = "created_at or name, each alone or with asc or desc.")
          String orderBy,
      @Option(
              names = "--limit",
              defaultValue = "20",
              description = "Maximum number of runs shown (default: 20).")
          int limit,
      @Mixin OutputOptions output) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListRunsResponse response =
          client.list(
              ListRunsRequest.newBuilder()
                  .setPageSize(limit)
                  .setFilter(selection.filter())
                  .setOrderBy(orderBy)
                  .build());
      output.print(out, response, () -> table(response));
      return 0;
    }
  }

  private static String table(ListRunsResponse response) {
    List<String> lines = new ArrayList<>();
    response.getRunsList().forEach(run -> lines.add(RunLine.of(run)));
    if (!response.getNextPageToken().isEmpty()) {
      lines.add("... more: --limit");
    }
    return lines.isEmpty() ? "No run was found." : String.join("\n", lines);
  }

  @Command(name = "show", description = "Show one run with all its figures.")
  int show(@Parameters(paramLabel = "RUN") String runId, @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = client.get(runId);
      output.print(spec.commandLine().getOut(), run, () -> text(run));
      return 0;
    }
  }

  private static String text(Run run) {
    List<String> lines = new ArrayList<>(List.of(RunTable.render(run, false)));
    lines.addAll(RunFacts.lines(run));
    return String.join("\n", lines);
  }

  @Command(
      name = "diff",
      description = "Show how two runs differ: fields of their specs, and scores.")
  int diff(
      @Parameters(paramLabel = "RUN") String first,
      @Parameters(paramLabel = "RUN") String second,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      RunDifference difference = RunDifference.of(client.get(first), client.get(second));
      output.print(spec.commandLine().getOut(), DifferenceData.of(difference), difference::render);
      return 0;
    }
  }

  @Command(
      name = "lineage",
      description =
          "Show the runs this run was retrained from, its retrains and its released version.")
  int lineage(@Parameters(paramLabel = "RUN") String runId, @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Lineage lineage = client.lineage(runId);
      output.print(
          spec.commandLine().getOut(),
          lineage,
          () -> String.join("\n", LineageText.lines(lineage)));
      return 0;
    }
  }

  @Command(
      name = "watch",
      description = "Show the progress of a run until it ends, or all changes of all runs.")
  int watch(
      @Parameters(paramLabel = "RUN", arity = "0..1", description = "Default: all runs.")
          @Nullable String runId,
      @Mixin RunSelection selection,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      PrintWriter out = spec.commandLine().getOut();
      return runId == null
          ? new RunListWatcher(client, out).watch(selection.filter())
          : new RunWatcher(client, out, output).watch(runId);
    }
  }

  @Command(name = "cancel", description = "Cancel a run; finished work is kept.")
  int cancel(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(names = "--reason", defaultValue = "cancelled on the command line") String reason,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = client.cancel(runId, reason);
      output.print(spec.commandLine().getOut(), run, () -> run.getRunId() + " is asked to stop");
      return 0;
    }
  }

  @Command(name = "pause", description = "Pause a run within seconds; finished work is kept.")
  int pause(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(names = "--reason", defaultValue = "", description = "Shown with the run.")
          String reason,
      @Mixin OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      printPhase(client.pause(runId, reason), output);
      return 0;
    }
  }

  @Command(name = "resume", description = "Resume a paused run.")
  int resume(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(
              names = "--budget",
              description = "Replaces judge.budget; must be above the amount already spent.")
          @Nullable Double budget,
      @Mixin OutputOptions output) {
    ResumeRunRequest.Builder request = ResumeRunRequest.newBuilder().setRunId(runId);
    if (budget != null) {
      request.setBudget(budget);
    }
    try (ControlClient client = ControlClient.open(System.getenv())) {
      printPhase(client.resume(request.build()), output);
      return 0;
    }
  }

  @Command(
      name = "approve",
      description = "Approve a run that awaits approval: its alias moves to its version.")
  int approve(
      @Parameters(paramLabel = "RUN") String runId,
      @Mixin ApprovalOptions options,
      @Mixin OutputOptions output) {
    ApproveRunRequest request =
        ApproveRunRequest.newBuilder()
            .setRunId(runId)
            .setReportDigest(options.reportDigest)
            .setActor(options.actor())
            .setNote(options.note)
            .build();
    return printApproval(client -> client.approve(request), output);
  }

  @Command(
      name = "reject",
      description = "Reject a run that awaits approval: its alias does not move.")
  int reject(
      @Parameters(paramLabel = "RUN") String runId,
      @Mixin ApprovalOptions options,
      @Mixin OutputOptions output) {
    RejectRunRequest request =
        RejectRunRequest.newBuilder()
            .setRunId(runId)
            .setReportDigest(options.reportDigest)
            .setActor(options.actor())
            .setNote(options.note)
            .build();
    return printApproval(client -> client.reject(request), output);
  }

  private int printApproval(Function<ControlClient, Run> answer, OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = answer.apply(client);
      output.print(
          spec.commandLine().getOut(),
          run,
          () ->
              run.getRunId()
                  + ": "
                  + Figures.approval(run.getSummary().getRelease().getApproval()));
      return 0;
    }
  }

  private void printPhase(Run run, OutputOptions output) {
    output.print(
        spec.commandLine().getOut(),
        run,
        () ->
            run.getRunId()
                + ": "
                + Figures.name(run.getPhase())
                + (run.hasPause() ? ", " + run.getPause().getMessage() : ""));
  }

  @Command(name = "retrain", description = "Launch a new run from the spec of another.")
  int retrain(
      @Mixin RetrainOptions options,
      @Option(names = "--plan", description = "Show what the run would do, and start nothing.")
          boolean plan,
      @Mixin StartOptions start)
      throws Exception {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      RetrainRunRequest request = start.addTo(options.request(client).toBuilder()).build();
      PrintWriter out = spec.commandLine().getOut();
      if (plan) {
        start.print(client.plan(request), out);
        return 0;
      }
      return start.show(client, client.retrain(request), out);
    }
  }
}
