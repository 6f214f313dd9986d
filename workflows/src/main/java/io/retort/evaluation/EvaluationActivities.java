package io.retort.evaluation;

import io.retort.v1.CalibrateRequest;
import io.retort.v1.CalibrateResponse;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.CompareRequest;
import io.retort.v1.CompareResponse;
import io.retort.v1.ListFlipsRequest;
import io.retort.v1.ListFlipsResponse;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Activities of the evaluate stage. At-least-once and idempotent. */
@ActivityInterface
public interface EvaluationActivities {
  String SCORE = "Score";
  String COMPARE = "Compare";
  String LIST_FLIPS = "ListFlips";
  String CALIBRATE = "Calibrate";
  String COMPARE_FOR_GATE = "CompareForGate";

  /**
   * Reads the generated samples of one model and benchmark, writes scores.json, and returns
   * outcomes, pass@k and cons@k with their intervals. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SAMPLES_MISSING when fewer samples were
   *     drawn than asked, PLATFORM/ANSWER_CHECKER_FAILED
   */
  @ActivityMethod(name = SCORE)
  ScoreResponse score(ScoreRequest request);

  /**
   * Compares stage 1 with the base model, and stage 2 with both, on the same problems; of the
   * spec's models each with the first.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SCORES_DIFFER when two models were not
   *     asked the same
   */
  @ActivityMethod(name = COMPARE)
  CompareResponse compare(CompareRequest request);

  /**
   * Lists the answers of the run that its origin has with the same text and another outcome, in
   * {@code runs/RUN/evaluation/flips}. Answers that the origin does not have are counted, not
   * compared. Heartbeats.
   */
  @ActivityMethod(name = LIST_FLIPS)
  ListFlipsResponse listFlips(ListFlipsRequest request);

  /**
   * Compares scores on built-in benchmarks with the figures published of the spec's models, and
   * keeps each result as the last of its figure in {@code calibrations/BENCHMARK.json}.
   */
  @ActivityMethod(name = CALIBRATE)
  CalibrateResponse calibrate(CalibrateRequest request);

  /**
   * Makes the comparisons that a gate needs beyond those: with the version that the release's alias
   * names now, by the scores that were published with it, and with a condition's own margin. Models
   * that were not asked the same are not compared; the answer says why.
   */
  @ActivityMethod(name = COMPARE_FOR_GATE)
  CompareForGateResponse compareForGate(CompareForGateRequest request);
}
