package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.evaluation.EvaluateStage;
import io.retort.evaluation.EvaluationActivities;
import io.retort.v1.CalibrateRequest;
import io.retort.v1.ListFlipsRequest;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunRequest;
import io.temporal.workflow.Workflow;

/**
 * What a run finds out about its evaluation that is no result of the stage: it depends on an
 * earlier run, or on what others have published.
 */
final class EvaluationFindings {
  private final EvaluationActivities activities =
      Workflow.newActivityStub(
          EvaluationActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(EvaluationActivities.LIST_FLIPS, EvaluationActivities.CALIBRATE));
  private final RunRequest request;
  private final RunTracker tracker;
  private final FaultTolerance faults;

  EvaluationFindings(RunRequest request, RunTracker tracker, FaultTolerance faults) {
    this.request = request;
    this.tracker = tracker;
    this.faults = faults;
  }

  void find() {
    if (request.getRescores()) {
      tracker.flips(
          faults
              .call(
                  () ->
                      activities.listFlips(
                          ListFlipsRequest.newBuilder()
                              .setRun(tracker.snapshot())
                              .setStoreUri(request.getStoreUri())
                              .build()))
              .getFlips());
    }
    if (request.getSpec().getModelsList().stream().anyMatch(ModelSpec::hasPublished)) {
      tracker.calibrations(
          faults
              .call(
                  () ->
                      activities.calibrate(
                          CalibrateRequest.newBuilder()
                              .setRun(tracker.snapshot())
                              .setStoreUri(request.getStoreUri())
                              .setCodeVersion("evaluate stage " + new EvaluateStage().version())
                              .build()))
              .getCalibrationsList());
    }
  }
}
