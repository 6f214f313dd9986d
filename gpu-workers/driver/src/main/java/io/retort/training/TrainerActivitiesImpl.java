package io.retort.training;

import static java.util.Objects.requireNonNull;

import io.retort.failure.Failures;
import io.retort.v1.ResourceSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;

/** Holds trainers on a {@link TrainerGateway}. */
public final class TrainerActivitiesImpl implements TrainerActivities {
  private final TrainerGateway gateway;
  private final WorkflowLiveness workflows;
  private final TrainerMetrics metrics;
  private final TrainerTiming timing;
  private final Pacer pacer;
  private final WaitingTrainers waiting = new WaitingTrainers();

  public TrainerActivitiesImpl(
      TrainerGateway gateway,
      WorkflowLiveness workflows,
      TrainerMetrics metrics,
      TrainerTiming timing) {
    this(gateway, workflows, metrics, timing, Pacer.SYSTEM);
  }

  TrainerActivitiesImpl(
      TrainerGateway gateway,
      WorkflowLiveness workflows,
      TrainerMetrics metrics,
      TrainerTiming timing,
      Pacer pacer) {
    this.gateway = requireNonNull(gateway, "gateway");
    this.workflows = requireNonNull(workflows, "workflows");
    this.metrics = requireNonNull(metrics, "metrics");
    this.timing = requireNonNull(timing, "timing");
    this.pacer = requireNonNull(pacer, "pacer");
  }

  @Override
  public TrainerResult runTrainerJob(TrainerJob job) {
    JobKind kind = JobKind.of(job);
    requireName("run_id", job.getRunId());
    requireName("job_name", job.getJobName());
    requireResources(job.getResources());
    ActivityExecutionContext context = Activity.getExecutionContext();
    TrainerAttempt attempt =
        new TrainerAttempt(context, job, kind, gateway, workflows, waiting, metrics, timing, pacer);
    try {
      TrainerResult result = attempt.run();
      metrics.ended(kind, "SUCCEEDED");
      return result;
    } catch (ActivityCanceledException e) {
      metrics.ended(kind, "CANCELLED");
      throw e;
    } catch (ActivityWorkerShutdownException e) {
      metrics.ended(kind, "HANDED_OVER");
      throw AttemptFailures.driverStopped(e);
    } catch (ActivityCompletionException e) {
      metrics.ended(kind, "HANDED_OVER");
      throw e;
    } catch (ApplicationFailure e) {
      metrics.ended(kind, Failures.label(Failures.fromThrowable(e).getCategory()));
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      metrics.ended(kind, "HANDED_OVER");
      throw AttemptFailures.driverStopped(e);
    }
  }

  private static void requireResources(ResourceSpec resources) {
    requirePositive("resources.cpus", resources.getCpus());
    requirePositive("resources.waiting_deadline_seconds", resources.getWaitingDeadlineSeconds());
    requirePositive("resources.active_deadline_seconds", resources.getActiveDeadlineSeconds());
    double gpus = resources.getGpus();
    // Ray can share one GPU between several actors, but cannot assign one and a part of a second.
    if (gpus < 0 || (gpus > 1 && gpus != Math.rint(gpus))) {
      throw Failures.user(
          "BAD_JOB", "resources.gpus: " + gpus + " (expected: 0 to 1, or a whole number)");
    }
  }

  private static void requirePositive(String field, double value) {
    if (!(value > 0)) {
      throw Failures.user(
          "BAD_JOB", field + ": " + ResourceText.amount(value) + " (expected: > 0)");
    }
  }

  private static void requireName(String field, String value) {
    if (value.isEmpty() || value.indexOf('/') >= 0) {
      throw Failures.user(
          "BAD_JOB", field + ": \"" + value + "\" (expected: a name without a slash)");
    }
  }
}
