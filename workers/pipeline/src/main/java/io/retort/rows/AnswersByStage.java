package io.retort.rows;

import io.retort.v1.RowStageContext;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers by stage, for the stages on which this process has worked most recently.
 *
 * <p>Thread-safe.
 */
final class AnswersByStage {
  private static final int MOST = 1_000;

  private final Map<String, StageAnswers> byStage =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StageAnswers> eldest) {
          return size() > MOST;
        }
      };

  synchronized StageAnswers of(RowStageContext stage) {
    return byStage.computeIfAbsent(
        stage.getRun().getRunId() + "/" + stage.getStage(), name -> new StageAnswers());
  }
}
