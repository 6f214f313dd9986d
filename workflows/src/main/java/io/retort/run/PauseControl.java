package io.retort.run;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.RunPhases;
import io.retort.failure.Failures;
import io.retort.training.TrainerActivities;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Pause;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.SetRunBudgetRequest;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Whether a run is paused: by a person, for its budget, or for a fault that it waits out. */
final class PauseControl {
  /** Type of the failure of an update that arrives after the run has ended. */
  static final String RUN_ENDED = "RUN_ENDED";

  /**
   * Temporal ends a workflow at about 50 thousand events; long before that, a person has to act.
   */
  private static final long MOST_EVENTS = 20_000;

  private final String runId;
  private final RunTracker tracker;
  private final FaultPatience patience;
  private final Runnable changed;
  private boolean hasBudget;
  private double budget;
  private double spent;
  private boolean paused;
  private boolean byFault;
  private boolean budgetLowered;

  /**
   * @param changed called when the run pauses and when it resumes
   */
  PauseControl(String runId, RunSpec spec, RunTracker tracker, Runnable changed) {
    this.runId = runId;
    this.tracker = tracker;
    this.changed = changed;
    patience =
        new FaultPatience(Duration.ofSeconds(Integer.toUnsignedLong(spec.getPatienceSeconds())));
    hasBudget = spec.getJudge().hasBudget();
    budget = spec.getJudge().getBudget();
  }

  boolean isPaused() {
    return paused;
  }

  /** Cost of the run's calls, as far as it is known. */
  double spent() {
    return spent;
  }

  void spent(double cost) {
    spent = cost;
    tracker.spent(cost);
  }

  boolean hasBudget() {
    return hasBudget;
  }

  double budget() {
    return budget;
  }

  /** Replaces the budget without resuming the run. */
  void setBudget(SetRunBudgetRequest request) {
    budgetLowered |= !hasBudget || request.getBudget() < budget;
    replaceBudget(request.getBudget());
    if (paused && isForBudget()) {
      tracker.pause(
          tracker.snapshot().getPause().toBuilder()
              .setMessage(
                  String.format(
                      Locale.ROOT,
                      "spent %.4f of judge.budget %s; resume it: retort runs resume %s",
                      spent,
                      budget,
                      runId))
              .build());
    }
  }

  /** Pauses on request of a person. A run that would resume automatically then stays paused. */
  void pause(PauseRunRequest request) {
    String reason = request.getReason().isBlank() ? "" : ": " + request.getReason().strip();
    if (byFault) {
      paused = false;
      byFault = false;
    }
    enter(
        Pause.newBuilder()
            .setMessage("paused by a person" + reason + "; resume it: retort runs resume " + runId)
            .build());
  }

  /** Pauses on the run's own decision. */
  void pause(Pause pause) {
    enter(pause);
  }

  /** Pauses until the budget is raised. */
  void pauseForBudget() {
    enter(
        Pause.newBuilder()
            .setCategory(FailureCategory.FAILURE_CATEGORY_BUDGET)
            .setMessage(budgetSpent())
            .build());
  }

  /**
   * Pauses for a fault that outlived its retries, until a person resumes the run or the time of its
   * automatic resumption comes.
   *
   * @param tried short description of the retries; may be empty
   */
  void waitOut(Failure failure, String tried) {
    if (!paused) {
      long now = Workflow.currentTimeMillis();
      // Resuming automatically would defeat a deadline that the spec sets.
      Optional<Duration> delay =
          failure.getType().equals(TrainerActivities.ACTIVE_DEADLINE)
                  || Workflow.getInfo().getHistoryLength() > MOST_EVENTS
              ? Optional.empty()
              : patience.next(now);
      byFault = true;
      enter(faultPause(failure, tried, delay.map(wait -> now + wait.toMillis())));
      if (delay.isPresent()) {
        changed.run();
        Workflow.await(delay.get(), () -> !paused || !byFault);
        if (paused && byFault) {
          leave();
        }
      }
    }
    awaitResumed();
  }

  /** Records a success: the next fault is a first one again. */
  void recovered() {
    patience.recovered();
  }

  void resume(ResumeRunRequest request) {
    if (request.hasBudget()) {
      replaceBudget(request.getBudget());
    }
    patience.recovered();
    if (paused) {
      leave();
    }
  }

  void check(PauseRunRequest request) {
    checkUnderWay();
  }

  void check(ResumeRunRequest request) {
    checkUnderWay();
    if (request.hasBudget()) {
      checkAboveSpent(request.getBudget());
      if (!paused && hasBudget && request.getBudget() < budget) {
        throw Failures.user(
            "NOT_PAUSED",
            "budget: "
                + request.getBudget()
                + " (expected: >= "
                + budget
                + " for a run that is not paused; to lower it: retort runs budget "
                + runId
                + ")");
      }
    }
    if (paused && isForBudget() && !request.hasBudget() && hasBudget && spent >= budget) {
      throw Failures.user(
          "BUDGET_SPENT", "budget: not set (expected: a higher one; " + budgetSpent() + ")");
    }
  }

  void check(SetRunBudgetRequest request) {
    checkUnderWay();
    checkAboveSpent(request.getBudget());
  }

  void awaitResumed() {
    if (paused) {
      changed.run();
      Workflow.await(() -> !paused);
      changed.run();
    }
  }

  /**
   * Waits for a pause or for {@code ended}. Also waits while the run is being cancelled: the
   * cancellation reaches the running work, and it ends.
   */
  void awaitPauseOr(Functions.Func<Boolean> ended) {
    Workflow.newDetachedCancellationScope(() -> Workflow.await(() -> paused || ended.apply()))
        .run();
  }

  /**
   * As {@link #awaitPauseOr}, and also waits for a lower budget, which work that is under way does
   * not know.
   */
  void awaitPauseOrLowerBudgetOr(Functions.Func<Boolean> ended) {
    budgetLowered = false;
    awaitPauseOr(() -> budgetLowered || ended.apply());
  }

  private boolean isForBudget() {
    return tracker.snapshot().getPause().getCategory() == FailureCategory.FAILURE_CATEGORY_BUDGET;
  }

  private void replaceBudget(double next) {
    hasBudget = true;
    budget = next;
    tracker.budget(next);
  }

  private void checkAboveSpent(double next) {
    if (next <= spent) {
      throw Failures.user(
          "BUDGET_TOO_SMALL",
          String.format(Locale.ROOT, "budget: %s (expected: > %.4f, which is spent)", next, spent));
    }
  }

  private void enter(Pause pause) {
    if (!paused) {
      paused = true;
      tracker.pause(pause);
    }
  }

  private void leave() {
    paused = false;
    byFault = false;
    tracker.resume();
  }

  private Pause faultPause(Failure failure, String tried, Optional<Long> resumesAt) {
    String resumption =
        resumesAt
            .map(at -> "resumes automatically at " + Instant.ofEpochMilli(at) + ", or at once with")
            .orElse("no longer resumes automatically: fix the cause, then run");
    Pause.Builder pause =
        Pause.newBuilder()
            .setCategory(failure.getCategory())
            .setFailure(failure)
            .setMessage(
                Failures.label(failure.getCategory())
                    + "/"
                    + failure.getType()
                    + ": "
                    + failure.getMessage()
                    + (tried.isEmpty() ? "" : " (" + tried + ")")
                    + "; "
                    + resumption
                    + ": retort runs resume "
                    + runId);
    resumesAt.ifPresent(at -> pause.setResumesAt(Timestamps.fromMillis(at)));
    return pause.build();
  }

  private void checkUnderWay() {
    RunPhase phase = tracker.snapshot().getPhase();
    if (RunPhases.isTerminal(phase)) {
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
