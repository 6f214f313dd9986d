package io.retort.run;

import com.google.protobuf.util.Timestamps;
import io.retort.failure.Failures;
import io.retort.training.TrainerActivities;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Pause;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Whether a run is paused: by a person, for its budget, or by a fault that it waits out. */
final class PauseControl {
  /** Type of the failure of an update that comes too late. */
  static final String RUN_ENDED = "RUN_ENDED";

  /** Temporal ends a workflow at some 50 thousand events: long before that, a person has to act. */
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

  /**
   * @param changed called, by who waits, once the run is paused and once it goes on
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
  }

  boolean hasBudget() {
    return hasBudget;
  }

  double budget() {
    return budget;
  }

  /** By a person, who also keeps a run paused that would go on by itself. */
  void pause(PauseRunRequest request) {
    String reason = request.getReason().isBlank() ? "" : ": " + request.getReason().strip();
    if (byFault) {
      paused = false;
      byFault = false;
    }
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

  /**
   * By a fault that outlived its retries: waits until a person lets the run go on, or goes on by
   * itself when the time has come.
   *
   * @param tried what was done about it, in a few words; may be empty
   */
  void waitOut(Failure failure, String tried) {
    if (!paused) {
      long now = Workflow.currentTimeMillis();
      // A deadline that the spec sets would be none if the run went on by itself.
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

  /** Something went well: the next fault is the first one again. */
  void recovered() {
    patience.recovered();
  }

  void resume(ResumeRunRequest request) {
    if (request.hasBudget()) {
      hasBudget = true;
      budget = request.getBudget();
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
    if (request.hasBudget() && request.getBudget() <= spent) {
      throw Failures.user(
          "BUDGET_TOO_SMALL",
          String.format(
              Locale.ROOT,
              "budget: %s (expected: > %.4f, which is spent)",
              request.getBudget(),
              spent));
    }
    boolean forBudget =
        tracker.snapshot().getPause().getCategory() == FailureCategory.FAILURE_CATEGORY_BUDGET;
    if (paused && forBudget && !request.hasBudget() && hasBudget && spent >= budget) {
      throw Failures.user(
          "BUDGET_SPENT", "budget: not set (expected: a higher one; " + budgetSpent() + ")");
    }
  }

  void awaitResumed() {
    if (paused) {
      changed.run();
      Workflow.await(() -> !paused);
      changed.run();
    }
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

  private void leave() {
    paused = false;
    byFault = false;
    tracker.resume();
  }

  private Pause faultPause(Failure failure, String tried, Optional<Long> resumesAt) {
    String goesOn =
        resumesAt
            .map(at -> "goes on by itself at " + Instant.ofEpochMilli(at) + ", or now")
            .orElse("it does not go on by itself any more: fix the cause, then go on");
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
                    + goesOn
                    + ": retort runs resume "
                    + runId);
    resumesAt.ifPresent(at -> pause.setResumesAt(Timestamps.fromMillis(at)));
    return pause.build();
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
