package io.retort.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.client.RetortException;
import io.retort.report.PlanText;
import io.retort.v1.Plan;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Shows what a run would do before it starts. */
final class PlanAhead {
  @Option(
      names = "--no-plan",
      description = "Start without first showing which stages run and what they take.")
  private boolean off;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  /** Prints the plan's summary to the error stream; the output stays the run's id. */
  void show(Supplier<Plan> planning) {
    if (off) {
      return;
    }
    PrintWriter err = command.commandLine().getErr();
    try {
      Plan plan = planning.get();
      if (plan.getStagesCount() > 0) {
        err.println(PlanText.summary(plan));
      }
    } catch (StatusRuntimeException e) {
      // The launch, which follows, says it itself when it fails for the same reason.
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT
          && !RetortException.of(e).isUnreachable()) {
        err.println("plan: not known: " + RpcErrors.describe(e));
      }
    }
    err.flush();
  }
}
