package io.retort.stage;

import io.retort.v1.ArtifactRef;
import io.retort.v1.EvaluatedModel;
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
  /** The run, with the spec of {@link #spec}. */
  RunContext run();

  /** The fields that the stage reads, and the operational fields. */
  default RunSpec spec() {
    return run().getSpec();
  }

  /** Results of earlier stages. */
  RunSummary summary();

  /** The current state of the whole run, for reports, cards and provenance. */
  Run snapshot();

  /** The student's folder; empty for a run without training. */
  Optional<ArtifactRef> student();

  /** The spec's models, empty in a run that trains. */
  List<EvaluatedModel> models();

  /** The evaluated model that the run releases: one of the trained models' names in scores. */
  String released();

  /** A stub of the named activities, with their options. */
  <A> A activities(Class<A> type, String... names);

  /**
   * Calls an activity. A platform fault, missing resources or a timeout that outlives its retries
   * pauses the run; afterwards the call is repeated.
   */
  <R> R call(Functions.Func<R> activity);

  /** Runs a trainer job like {@link #call}. A pause cancels the job, and it resumes afterwards. */
  TrainerResult train(TrainerJob job);

  /**
   * Runs tasks concurrently; the slots of the GPU queue limit how many run. A USER failure cancels
   * the other tasks. After any other failure the other tasks end first; then the run pauses, and
   * the failed tasks run again.
   */
  <R> List<R> all(List<Functions.Func<R>> tasks);

  /**
   * Runs a trainer job within a task of {@link #all}. A pause cancels the job, and it resumes
   * afterwards.
   */
  TrainerResult trainOnce(TrainerJob job);

  /**
   * Runs the stage over the rows of {@code input}, shard by shard, pausing for budget and faults.
   *
   * @param records manifest of the curation records, where the stage reads them
   */
  FinishStageResponse rows(ArtifactRef input, int shards, Optional<ArtifactRef> records);

  /** Reports the total work, once it is known. */
  void expect(long total);

  /** Adds to the finished work. */
  void advance(long done, String detail);
}
