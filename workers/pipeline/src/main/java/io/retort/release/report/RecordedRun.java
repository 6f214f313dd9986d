package io.retort.release.report;

import io.retort.v1.Run;
import io.retort.v1.ScoreRecord;
import java.util.List;

/**
 * A run that has ended, as the store has it.
 *
 * @param scores by problem, of those of its scores that kept where theirs lie
 */
public record RecordedRun(Run run, List<ScoreRecord> scores) {
  public RecordedRun {
    scores = List.copyOf(scores);
  }
}
