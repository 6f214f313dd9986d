package io.retort.cli;

import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort eval rescore}: the answers of a run, graded anew. */
@Command(
    name = "rescore",
    description = "Grade the answers of a run anew, and list the verdicts that flipped.",
    mixinStandardHelpOptions = true)
public final class EvalRescoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "A run whose evaluation has ended.")
  private String runId = "";

  @Option(names = "--watch", description = "Show its progress until it ends.")
  private boolean watch;

  @Option(
      names = "--request-id",
      description = "Name of this launch: repeating it gives the run that it started.")
  private @Nullable String requestId;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run =
          client.retrain(
              RetrainRunRequest.newBuilder()
                  .setRunId(runId)
                  .setRequestId(requestId == null ? "" : requestId)
                  .setRescore(true)
                  .build());
      out.println(run.getRunId());
      out.flush();
      return watch ? new RunWatcher(client, out).watch(run.getRunId()) : 0;
    }
  }
}
