package io.retort.evaluation;

import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Activities of the evaluate stage. At-least-once and idempotent. */
@ActivityInterface
public interface EvaluationActivities {
  String SCORE = "Score";

  /**
   * Reads the generated samples of one model and benchmark, writes scores.json, and returns pass@k
   * with its intervals.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SAMPLES_MISSING when fewer samples were
   *     drawn than asked
   */
  @ActivityMethod(name = SCORE)
  ScoreResponse score(ScoreRequest request);
}
