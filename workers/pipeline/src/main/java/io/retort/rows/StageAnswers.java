package io.retort.rows;

import io.retort.judge.client.JudgeMethod;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The judge's methods that have answered rows of one run's stage, as far as this process has
 * observed.
 *
 * <p>Thread-safe.
 */
final class StageAnswers {
  private final Map<JudgeMethod<?, ?>, Long> last = new ConcurrentHashMap<>();

  void answered(JudgeMethod<?, ?> method) {
    last.put(method, System.nanoTime());
  }

  /**
   * @param nanos value of {@link System#nanoTime()}
   */
  boolean hasAnsweredSince(JudgeMethod<?, ?> method, long nanos) {
    Long answered = last.get(method);
    return answered != null && answered - nanos >= 0;
  }

  boolean hasAnswered() {
    return !last.isEmpty();
  }
}
