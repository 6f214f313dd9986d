package io.retort.run;

import io.retort.failure.Failures;
import io.retort.v1.FailureCategory;
import io.retort.v1.JudgeSpec;
import io.retort.v1.Pause;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RunPhase;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Workflow;
import java.util.Locale;

/** Whether a run is paused, and the budget that it may pause for. */
final class PauseControl {
  /** Type of the failure of an update that comes too late. */
  static final String RUN_ENDED = "RUN_ENDED";

  private final String runId;
  private final RunTracker tracker;
  private boolean hasBudget;
  private double budget;
  private double spent;
  private boolean paused;

  PauseControl(String runId, JudgeSpec judge, RunTracker tracker) {
    this.runId = runId;
    this.tracker = tracker;
    hasBudget = judge.hasBudget();
    budget = judge.getBudget();
  }

  /** Cost of the run's calls, as far as it is known. */
  double spent() {
    return spent;
  }

  void spent(double cost) {
    spent = cost;
  }

  boolean hasBudget() {
    return hasBudget;
  }

  double budget() {
    return budget;
  }

  /** By a person. */
  void pause(PauseRunRequest request) {
    String reason = request.getReason().isBlank() ? "" : ": " + request.getReason().strip();
    enter(
        Pause.newBuilder()
            .setMessage("paused by a person" + reason + "; go on: retort runs resume " + runId)
            .build());
  }

  /** By the run itself. */
  void pause(Pause pause) {
    enter(pause);
  }

  /** By the run itself, until its budget is raised. */
  void pauseForBudget() {
    enter(
        Pause.newBuilder()
            .setCategory(FailureCategory.FAILURE_CATEGORY_BUDGET)
            .setMessage(budgetSpent())
            .build());
  }

  void resume(ResumeRunRequest request) {
    if (request.hasBudget()) {
      hasBudget = true;
      budget = request.getBudget();
    }
    if (paused) {
      paused = false;
      tracker.resume();
    }
  }

  void check(PauseRunRequest request) {
    checkUnderWay();
  }

  void check(ResumeRunRequest request) {
    checkUnderWay();
    if (request.hasBudget() && request.getBudget() <= spent) {
      throw Failures.user(
          "BUDGET_TOO_SMALL",
          String.format(
              Locale.ROOT,
              "budget: %s (expected: > %.4f, which is spent)",
              request.getBudget(),
              spent));
    }
    if (paused && !request.hasBudget() && hasBudget && spent >= budget) {
      throw Failures.user(
          "BUDGET_SPENT", "budget: not set (expected: a higher one; " + budgetSpent() + ")");
    }
  }

  void awaitResumed() {
    Workflow.await(() -> !paused);
  }

  /**
   * Waits for a pause or for {@code ended}, also while the run is being cancelled: then what is
   * under way is, and ends.
   */
  void awaitPauseOr(Functions.Func<Boolean> ended) {
    Workflow.newDetachedCancellationScope(() -> Workflow.await(() -> paused || ended.apply()))
        .run();
  }

  private void enter(Pause pause) {
    if (!paused) {
      paused = true;
      tracker.pause(pause);
    }
  }

  private void checkUnderWay() {
    RunPhase phase = tracker.snapshot().getPhase();
    boolean ended =
        switch (phase) {
          case RUN_PHASE_SUCCEEDED, RUN_PHASE_FAILED, RUN_PHASE_CANCELLED -> true;
          case RUN_PHASE_UNSPECIFIED,
              RUN_PHASE_QUEUED,
              RUN_PHASE_WAITING_FOR_RESOURCES,
              RUN_PHASE_RUNNING,
              RUN_PHASE_PAUSED,
              RUN_PHASE_AWAITING_APPROVAL,
              UNRECOGNIZED ->
              false;
        };
    if (ended) {
      throw Failures.user(
          RUN_ENDED, "run " + runId + ": " + RunTracker.label(phase) + " (expected: not ended)");
    }
  }

  private String budgetSpent() {
    return String.format(
        Locale.ROOT,
        "spent %.4f of judge.budget %s; raise it: retort runs resume %s --budget %s, or end the"
            + " run: retort runs cancel %s",
        spent,
        budget,
        runId,
        2 * budget,
        runId);
  }
}
