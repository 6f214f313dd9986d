package io.retort.evaluation;

import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.CompareRequest;
import io.retort.v1.CompareResponse;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Activities of the evaluate stage. At-least-once and idempotent. */
@ActivityInterface
public interface EvaluationActivities {
  String SCORE = "Score";
  String COMPARE = "Compare";
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
   * Compares stage 1 with the base model, and stage 2 with both, on the same problems.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SCORES_DIFFER when two models were not
   *     asked the same
   */
  @ActivityMethod(name = COMPARE)
  CompareResponse compare(CompareRequest request);

  /**
   * Makes the comparisons that a gate needs beyond those: with the version that the release's alias
   * names now, by the scores that were published with it, and with a condition's own margin. Models
   * that were not asked the same are not compared; the answer says why.
   */
  @ActivityMethod(name = COMPARE_FOR_GATE)
  CompareForGateResponse compareForGate(CompareForGateRequest request);
}
