package io.retort.cli;

import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.RunLog;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs logs}. */
@Command(
    name = "logs",
    description = "Show the events of a run, or the log of an attempt at one of its trainer jobs.",
    mixinStandardHelpOptions = true)
final class RunLogsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN")
  private String runId = "";

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description = "sft, cogpo, evaluate or release: the log of its newest attempt.")
  private @Nullable String stage;

  @Option(names = "--job", paramLabel = "JOB", description = "One job of the stage.")
  private @Nullable String job;

  @Option(names = "--attempt", paramLabel = "N", description = "An earlier attempt, from 1.")
  private @Nullable Integer attempt;

  @Option(
      names = "--rank",
      paramLabel = "N",
      description = "Log of one rank, counted from 0. Default: the log of the attempt.")
  private @Nullable Integer rank;

  @Option(names = "--list", description = "List the logs with their sizes in bytes.")
  private boolean list;

  @Option(names = "--offset", defaultValue = "0", description = "Begin at this byte.")
  private long offset;

  @Option(
      names = {"-f", "--follow"},
      description = "Follow the log until it is complete.")
  private boolean follow;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      boolean events = stage == null && job == null && attempt == null && rank == null;
      if (list) {
        logs(client)
            .forEach(
                log ->
                    out.printf(
                        Locale.ROOT,
                        "%-40s %12d bytes%s%n",
                        log.getName(),
                        log.getBytes(),
                        log.getComplete() ? "" : ", still written"));
        return 0;
      }
      GetRunLogsRequest request =
          GetRunLogsRequest.newBuilder()
              .setRunId(runId)
              .setLog(events ? "" : selected(logs(client)))
              .setOffset(offset)
              .setFollow(follow)
              .build();
      try (Reader log = new InputStreamReader(client.logs(request), StandardCharsets.UTF_8)) {
        print(log, out);
      }
      return 0;
    }
  }

  private List<RunLog> logs(ControlClient client) {
    return client
        .runs()
        .listRunLogs(ListRunLogsRequest.newBuilder().setRunId(runId).build())
        .getLogsList();
  }

  /** The newest attempt that fits. */
  private String selected(List<RunLog> logs) {
    return logs.stream()
        .filter(log -> log.getAttempt() > 0)
        .filter(
            log ->
                stage == null
                    || log.getStage().name().equals("STAGE_" + stage.toUpperCase(Locale.ROOT)))
        .filter(log -> job == null || log.getJob().equals(job))
        .filter(log -> attempt == null || log.getAttempt() == attempt)
        .filter(log -> rank == null ? !log.hasRank() : log.hasRank() && log.getRank() == rank)
        .reduce((first, second) -> second)
        .map(RunLog::getName)
        .orElseThrow(
            () ->
                new CommandException(
                    "run "
                        + runId
                        + ": no such log (expected: one of those that retort runs logs "
                        + runId
                        + " --list names)"));
  }

  /** At once what there is: the log may still grow. */
  private static void print(Reader log, PrintWriter out) throws IOException {
    char[] part = new char[8192];
    for (int count = log.read(part); count >= 0; count = log.read(part)) {
      out.print(printable(CharBuffer.wrap(part, 0, count)));
      out.flush();
    }
  }

  /** Without the characters by which a log could steer a terminal. */
  private static String printable(CharSequence text) {
    return text.toString().replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
  }
}
