package io.retort.cli;

import io.retort.v1.Run;
import io.retort.v1.SetRunBudgetRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs budget}. */
@Command(
    name = "budget",
    description = "Replace the limit of a live run's judge cost, without resuming it.",
    mixinStandardHelpOptions = true)
final class RunBudgetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN")
  private String runId = "";

  @Parameters(index = "1", paramLabel = "BUDGET", description = "Above what is spent.")
  private double budget;

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      Run run =
          client
              .runs()
              .setRunBudget(
                  SetRunBudgetRequest.newBuilder().setRunId(runId).setBudget(budget).build())
              .getRun();
      spec.commandLine()
          .getOut()
          .println(run.getRunId() + ": budget " + run.getBudget() + ", spent " + run.getSpent());
      return 0;
    }
  }
}
