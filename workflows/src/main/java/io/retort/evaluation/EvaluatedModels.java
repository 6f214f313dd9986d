package io.retort.evaluation;

/** Names of a run's models in scores and comparisons. */
public final class EvaluatedModels {
  /** The student as it came. */
  public static final String BASE = "base";

  /** After SFT. */
  public static final String STAGE_1 = "stage-1";

  /** After preference optimisation: the model that is released. */
  public static final String STAGE_2 = "stage-2";

  private EvaluatedModels() {}
}
