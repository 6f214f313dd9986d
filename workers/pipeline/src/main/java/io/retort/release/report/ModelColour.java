package io.retort.release.report;

import io.retort.evaluation.EvaluatedModels;

/** Class of the colour that a model has in every chart. */
final class ModelColour {
  static String of(String model) {
    return switch (model) {
      case EvaluatedModels.BASE -> "base";
      case EvaluatedModels.STAGE_1 -> "stage1";
      case EvaluatedModels.STAGE_2 -> "stage2";
      default -> "other";
    };
  }

  private ModelColour() {}
}
