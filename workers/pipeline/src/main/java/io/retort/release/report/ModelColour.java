package io.retort.release.report;

/** Class of the colour that a model has in every chart. */
final class ModelColour {
  static String of(String model) {
    return switch (model) {
      case "base" -> "base";
      case "stage-1" -> "stage1";
      case "stage-2" -> "stage2";
      default -> "other";
    };
  }

  private ModelColour() {}
}
