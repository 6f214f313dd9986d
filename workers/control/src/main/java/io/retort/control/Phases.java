package io.retort.control;

import io.retort.enums.EnumText;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;

/** Phases and stages as search attributes write them. */
final class Phases {
  /** The phase in a search attribute, QUEUED if it is unknown. */
  static RunPhase ofLabel(String label) {
    for (RunPhase phase : RunPhase.values()) {
      if (label(phase).equals(label)) {
        return phase;
      }
    }
    return RunPhase.RUN_PHASE_QUEUED;
  }

  static Stage stageOfLabel(String label) {
    for (Stage stage : Stage.values()) {
      if (stage.name().equals("STAGE_" + label)) {
        return stage;
      }
    }
    return Stage.STAGE_UNSPECIFIED;
  }

  static String label(RunPhase phase) {
    return EnumText.shortName(phase);
  }

  private Phases() {}
}
