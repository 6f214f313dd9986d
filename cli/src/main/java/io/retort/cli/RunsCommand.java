package io.retort.cli;

import io.retort.report.Figures;
import io.retort.report.RunTable;
import io.retort.spec.SpecChanges;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.io.PrintWriter;
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
    description = "List, show, watch and steer runs.",
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

  @Command(name = "list", description = "Runs, newest first.")
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
          int limit) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListRunsResponse response =
          client.list(
              ListRunsRequest.newBuilder()
                  .setPageSize(limit)
                  .setFilter(selection.filter())
                  .setOrderBy(orderBy)
                  .build());
      response.getRunsList().forEach(run -> out.println(RunLine.of(run)));
      if (!response.getNextPageToken().isEmpty()) {
        out.println("... more: --limit");
      }
      return 0;
    }
  }

  @Command(name = "show", description = "One run with all its figures.")
  int show(@Parameters(paramLabel = "RUN") String runId) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      PrintWriter out = spec.commandLine().getOut();
      Run run = client.get(runId);
      out.println(RunTable.render(run, false));
      RunFacts.lines(run).forEach(out::println);
      return 0;
    }
  }

  @Command(
      name = "watch",
      description = "Show the progress of a run until it ends, or all changes of all runs.")
  int watch(
      @Parameters(paramLabel = "RUN", arity = "0..1", description = "Default: all runs.")
          @Nullable String runId,
      @Mixin RunSelection selection) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      PrintWriter out = spec.commandLine().getOut();
      return runId == null
          ? new RunListWatcher(client, out).watch(selection.filter())
          : new RunWatcher(client, out).watch(runId);
    }
  }

  @Command(name = "cancel", description = "Cancel a run; finished work is kept.")
  int cancel(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(names = "--reason", defaultValue = "cancelled on the command line") String reason) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = client.cancel(runId, reason);
      spec.commandLine().getOut().println(run.getRunId() + " is asked to stop");
      return 0;
    }
  }

  @Command(name = "pause", description = "Pause a run within seconds; finished work is kept.")
  int pause(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(names = "--reason", defaultValue = "", description = "Shown with the run.")
          String reason) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      printPhase(client.pause(runId, reason));
      return 0;
    }
  }

  @Command(name = "resume", description = "Resume a paused run.")
  int resume(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(
              names = "--budget",
              description = "Replaces judge.budget; must be above the amount already spent.")
          @Nullable Double budget) {
    ResumeRunRequest.Builder request = ResumeRunRequest.newBuilder().setRunId(runId);
    if (budget != null) {
      request.setBudget(budget);
    }
    try (ControlClient client = ControlClient.open(System.getenv())) {
      printPhase(client.resume(request.build()));
      return 0;
    }
  }

  @Command(
      name = "approve",
      description = "Let the alias of a run that awaits approval move to its version.")
  int approve(@Parameters(paramLabel = "RUN") String runId, @Mixin ApprovalOptions options) {
    ApproveRunRequest request =
        ApproveRunRequest.newBuilder()
            .setRunId(runId)
            .setReportDigest(options.reportDigest)
            .setActor(options.actor())
            .setNote(options.note)
            .build();
    return printApproval(client -> client.approve(request));
  }

  @Command(
      name = "reject",
      description = "Leave the alias of a run that awaits approval where it is.")
  int reject(@Parameters(paramLabel = "RUN") String runId, @Mixin ApprovalOptions options) {
    RejectRunRequest request =
        RejectRunRequest.newBuilder()
            .setRunId(runId)
            .setReportDigest(options.reportDigest)
            .setActor(options.actor())
            .setNote(options.note)
            .build();
    return printApproval(client -> client.reject(request));
  }

  private int printApproval(Function<ControlClient, Run> answer) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run = answer.apply(client);
      spec.commandLine()
          .getOut()
          .println(
              run.getRunId()
                  + ": "
                  + Figures.approval(run.getSummary().getRelease().getApproval()));
      return 0;
    }
  }

  private void printPhase(Run run) {
    spec.commandLine()
        .getOut()
        .println(
            run.getRunId()
                + ": "
                + Figures.name(run.getPhase())
                + (run.hasPause() ? ", " + run.getPause().getMessage() : ""));
  }

  @Command(name = "retrain", description = "Launch a new run from the spec of another.")
  int retrain(
      @Parameters(paramLabel = "RUN") String runId,
      @Option(names = "--set", paramLabel = "FIELD=VALUE", description = "Change a field: seed=7.")
          @Nullable List<String> overrides,
      @Mixin FreshStages fresh,
      @Option(names = "--watch", description = "Show its progress until it ends.") boolean watch)
      throws Exception {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run origin = client.get(runId);
      SpecChanges changes =
          SpecChanges.parse(origin.getSpec(), overrides == null ? List.of() : overrides);
      Run run =
          client.retrain(
              RetrainRunRequest.newBuilder()
                  .setRunId(runId)
                  .setChanges(changes.spec())
                  .setUpdateMask(changes.mask())
                  .addAllFreshStages(fresh.stages())
                  .build());
      spec.commandLine().getOut().println(run.getRunId());
      spec.commandLine().getOut().flush();
      return watch ? new RunWatcher(client, spec.commandLine().getOut()).watch(run.getRunId()) : 0;
    }
  }
}
