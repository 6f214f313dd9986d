package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.release.ReleaseActivities;
import io.retort.v1.Event;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.WriteReportRequest;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.util.List;
import org.slf4j.Logger;

/**
 * The durable record of a run, and the report of a run that failed or was cancelled. A run does not
 * depend on them: while the store is unavailable, the record is only out of date.
 */
final class RunRecords {
  private static final Logger logger = Workflow.getLogger(RunRecords.class);

  private final RunRecordActivities records =
      Workflow.newActivityStub(RunRecordActivities.class, ActivityPolicies.BEST_EFFORT);
  private final ReleaseActivities releases =
      Workflow.newActivityStub(ReleaseActivities.class, ActivityPolicies.BEST_EFFORT);
  private final RunRecordActivities lastRecords =
      Workflow.newActivityStub(
          RunRecordActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(RunRecordActivities.RECORD_RUN));
  private final String storeUri;
  private final RunTracker tracker;

  RunRecords(String storeUri, RunTracker tracker) {
    this.storeUri = storeUri;
    this.tracker = tracker;
  }

  /** Writes the record of a running run. */
  void write() {
    attempt("record", () -> write(records));
  }

  /** Writes the final record of a run that succeeded. */
  void writeLast() {
    attempt("record", () -> write(lastRecords));
  }

  /**
   * Writes the final record of a run that failed or was cancelled. Runs detached from the
   * cancellation, which would otherwise stop the writing.
   */
  void writeEnd() {
    Workflow.newDetachedCancellationScope(
            () -> {
              attempt(
                  "report",
                  () ->
                      tracker.runReport(
                          releases
                              .writeReport(
                                  WriteReportRequest.newBuilder()
                                      .setRun(tracker.snapshot())
                                      .setStoreUri(storeUri)
                                      .build())
                              .getReportUri()));
              writeLast();
            })
        .run();
  }

  /** A record takes along the events since the one before it that was written. */
  private void write(RunRecordActivities activities) {
    List<Event> events = tracker.events();
    activities.recordRun(
        RecordRunRequest.newBuilder()
            .setRun(tracker.snapshot())
            .setStoreUri(storeUri)
            .addAllEvents(events)
            .build());
    tracker.handedOver(events);
  }

  private static void attempt(String what, Runnable write) {
    try {
      write.run();
    } catch (TemporalFailure thrown) {
      if (Failures.isCancellation(thrown)) {
        throw thrown;
      }
      logger.warn("the run's {} was not written: {}", what, Failures.fromThrowable(thrown));
    }
  }
}
