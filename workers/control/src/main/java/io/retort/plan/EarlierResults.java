package io.retort.plan;

import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageCandidates;
import io.retort.v1.StageProgress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fingerprints of stages that earlier runs have finished, to compare a plan with. */
final class EarlierResults {
  /** Results compared for each stage. */
  static final int MOST = 12;

  /**
   * @param runs most relevant first
   */
  static List<StageCandidates> of(List<Run> runs) {
    Map<Stage, Set<String>> fingerprints = new EnumMap<>(Stage.class);
    for (Run run : runs) {
      for (StageProgress stage : run.getStagesList()) {
        if (stage.getStage() == Stage.UNRECOGNIZED
            || !stage.hasFinishedAt()
            || stage.getFingerprint().isEmpty()) {
          continue;
        }
        Set<String> known =
            fingerprints.computeIfAbsent(stage.getStage(), unused -> new LinkedHashSet<>());
        if (known.size() < MOST) {
          known.add(stage.getFingerprint());
        }
      }
    }
    List<StageCandidates> candidates = new ArrayList<>();
    fingerprints.forEach(
        (stage, known) ->
            candidates.add(
                StageCandidates.newBuilder().setStage(stage).addAllFingerprints(known).build()));
    return candidates;
  }

  private EarlierResults() {}
}
