package io.retort.pages;

import io.retort.report.Figures;
import io.retort.run.RunStages;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A run's stages as a row of boxes: how far it has come.
 *
 * @param words the same for people who do not see it: "3 of 7 stages: sft"
 */
public record StageStrip(List<Box> boxes, String words) {
  /** Width of a box with the gap after it, in units of the drawing. */
  public static final int STEP = 14;

  /**
   * @param style CSS class
   */
  public record Box(int x, String style) {}

  static StageStrip of(Run run) {
    List<Stage> stages = RunStages.of(run.getSpec());
    Optional<Stage> latest =
        run.getStagesList().stream()
            .map(StageProgress::getStage)
            .filter(stages::contains)
            .reduce((first, second) -> second);
    int reached = latest.map(stages::indexOf).orElse(-1);
    boolean succeeded = run.getPhase() == RunPhase.RUN_PHASE_SUCCEEDED;
    List<Box> boxes = new ArrayList<>();
    for (int index = 0; index < stages.size(); index++) {
      String style =
          succeeded || index < reached
              ? "good"
              : index == reached ? PhaseView.of(run.getPhase()).style() : "todo";
      boxes.add(new Box(index * STEP, style));
    }
    int done = succeeded ? stages.size() : Math.max(reached, 0);
    String words =
        done
            + " of "
            + stages.size()
            + " stages done"
            + (succeeded ? "" : latest.map(stage -> ", in " + Figures.name(stage)).orElse(""));
    return new StageStrip(boxes, words);
  }

  public int width() {
    return Math.max(1, boxes.size() * STEP);
  }
}
