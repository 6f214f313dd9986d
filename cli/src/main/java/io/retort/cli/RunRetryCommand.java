package io.retort.cli;

import io.retort.v1.RetryRunRequest;
import io.retort.v1.Run;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs retry}. */
@Command(
    name = "retry",
    description =
        "Resume a paused run. Launch a failed or cancelled run again; finished stages are reused.",
    mixinStandardHelpOptions = true)
final class RunRetryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN")
  private String runId = "";

  @Option(
      names = "--request-id",
      defaultValue = "",
      description = "A repeated call with the same id starts no second run.")
  private String requestId = "";

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run =
          client
              .runs()
              .retryRun(
                  RetryRunRequest.newBuilder().setRunId(runId).setRequestId(requestId).build())
              .getRun();
      spec.commandLine().getOut().println(run.getRunId());
      return 0;
    }
  }
}
