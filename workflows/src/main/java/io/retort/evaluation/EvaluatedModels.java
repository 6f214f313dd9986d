package io.retort.evaluation;

import io.retort.v1.GateBaseline;

/** Names of a run's models in scores and comparisons. */
public final class EvaluatedModels {
  /** The student as it came. */
  public static final String BASE = "base";

  /** After SFT. */
  public static final String STAGE_1 = "stage-1";

  /** After preference optimisation: the model that is released. */
  public static final String STAGE_2 = "stage-2";

  /** The model of the run that a gate's condition compares with; not of the alias. */
  public static String of(GateBaseline baseline) {
    return baseline == GateBaseline.GATE_BASELINE_STAGE_1 ? STAGE_1 : BASE;
  }

  private EvaluatedModels() {}
}
