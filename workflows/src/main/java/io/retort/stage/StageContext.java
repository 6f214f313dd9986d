package io.retort.stage;

import io.retort.v1.ArtifactRef;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.workflow.Functions;
import java.util.List;
import java.util.Optional;

/** The run as a stage sees it, and the operations available to the stage. Workflow code. */
public interface StageContext {
  /** With the spec of {@link #spec}. */
  RunContext run();

  /** The fields that the stage reads, and those that change no result. */
  default RunSpec spec() {
    return run().getSpec();
  }

  /** Results of the stages before. */
  RunSummary summary();

  /** The current state of the whole run, for reports, cards and provenance. */
  Run snapshot();

  /** The student's folder, empty in a run that trains nothing. */
  Optional<ArtifactRef> student();

  /** The evaluated model that the run releases: one of the trained models' names in scores. */
  String released();

  /** A stub of the named activities, with their options. */
  <A> A activities(Class<A> type, String... names);

  /**
   * Calls an activity. A fault of the platform, missing resources or a timeout that outlives its
   * retries pauses the run, and the call is made again afterwards.
   */
  <R> R call(Functions.Func<R> activity);

  /** Runs a trainer job as {@link #call} does; a pause cancels it, and it resumes. */
  TrainerResult train(TrainerJob job);

  /**
   * Runs tasks side by side; the GPU queue's slots decide how much of it. A user's failure cancels
   * the others. Other failures let them end first; then the run pauses, and the failed ones run
   * again.
   */
  <R> List<R> all(List<Functions.Func<R>> tasks);

  /** A trainer job within a task of {@link #all}: a pause cancels it, and it resumes. */
  TrainerResult trainOnce(TrainerJob job);

  /**
   * Runs the stage over the rows of {@code input}, shard by shard, pausing for budget and faults.
   *
   * @param records manifest of the curation records, where the stage reads them
   */
  FinishStageResponse rows(ArtifactRef input, int shards, Optional<ArtifactRef> records);

  /** Reports how much there is to do, once it is known. */
  void expect(long total);

  /** Adds to what is done. */
  void advance(long done, String detail);
}
