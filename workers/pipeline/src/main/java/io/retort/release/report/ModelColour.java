package io.retort.release.report;

import io.retort.evaluation.EvaluatedModels;
import java.util.regex.Pattern;

/** Class of the colour that a model has in every chart. */
final class ModelColour {
  /** A model of one of several runs, which has the run's colour. */
  private static final Pattern RUN = Pattern.compile("[A-H] ");

  static String of(String model) {
    return switch (model) {
      case EvaluatedModels.BASE -> "base";
      case EvaluatedModels.STAGE_1 -> "stage1";
      case EvaluatedModels.STAGE_2 -> "stage2";
      default -> RUN.matcher(model).lookingAt() ? "run-" + ascii(model.charAt(0)) : "other";
    };
  }

  private static char ascii(char letter) {
    return (char) (letter - 'A' + 'a');
  }

  private ModelColour() {}
}
