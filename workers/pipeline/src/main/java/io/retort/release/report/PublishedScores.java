package io.retort.release.report;

import java.util.List;
import java.util.Locale;

/**
 * pass@1 of the released DistilQwen2.5-R1 models and of the models they started from, as the recipe
 * page of the reference implementation (modelscope/easydistill) prints them. Single runs; other
 * pages print other figures. For orientation only: shown where a benchmark has the name of one of
 * theirs.
 */
final class PublishedScores {
  private static final List<String> MODELS =
      List.of(
          "Qwen2.5-7B-Instruct",
          "DistilQwen2.5-R1-7B",
          "Qwen2.5-32B-Instruct",
          "DistilQwen2.5-R1-32B");

  static List<ReportView.PublishedScore> of(String benchmark) {
    // Both "aime24" and "aime-2024" are written.
    return switch (benchmark.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "")) {
      case "aime24", "aime2024" -> rows("10.0", "43.33", "16.67", "70.0");
      case "math500" -> rows("73.6", "88.4", "81.4", "93.8");
      case "gpqad", "gpqadiamond" -> rows("33.30", "42.93", "45.50", "62.12");
      case "lcbv2", "livecodebenchv2" -> rows("30.72", "46.38", "47.36", "65.95");
      default -> List.of();
    };
  }

  private static List<ReportView.PublishedScore> rows(String... percents) {
    return java.util.stream.IntStream.range(0, MODELS.size())
        .mapToObj(i -> new ReportView.PublishedScore(MODELS.get(i), percents[i]))
        .toList();
  }

  private PublishedScores() {}
}
