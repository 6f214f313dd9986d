package io.retort.cli;

import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort eval rescore}: the answers of a run, graded anew. */
@Command(
    name = "rescore",
    description = "Grade the answers of a run again, and list the verdicts that changed.",
    mixinStandardHelpOptions = true)
public final class EvalRescoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "A run whose evaluation has ended.")
  private String runId = "";

  @Mixin private StartOptions start = new StartOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run =
          client.retrain(
              start.addTo(RetrainRunRequest.newBuilder().setRunId(runId).setRescore(true)).build());
      return start.show(client, run, spec.commandLine().getOut());
    }
  }
}
