package io.retort.release.report;

import io.retort.evaluation.EvaluatedModels;
import io.retort.v1.Score;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Class of the colour that a model has in every chart of a page.
 *
 * @param models of the page, in its order
 */
record ModelColour(List<String> models) {
  private static final Map<String, String> STAGES =
      Map.of(
          EvaluatedModels.BASE, "base",
          EvaluatedModels.STAGE_1, "stage1",
          EvaluatedModels.STAGE_2, "stage2");

  /** A model of one of several runs, which has the run's colour. */
  private static final Pattern RUN = Pattern.compile("[A-H] ");

  /**
   * The style sheet has {@code run-a} to {@code run-h}, and each with {@code second} too: a spec
   * has up to twice as many models.
   */
  private static final int STYLES = 8;

  static ModelColour of(List<Score> scores) {
    return new ModelColour(scores.stream().map(Score::getModel).distinct().toList());
  }

  /** A model that trains in stages has its stage's colour; any other that of its place. */
  String of(String model) {
    if (RUN.matcher(model).lookingAt()) {
      return run(model.charAt(0) - 'A');
    }
    if (STAGES.keySet().containsAll(models)) {
      return STAGES.getOrDefault(model, "other");
    }
    int place = models.indexOf(model);
    return place < 0 ? "other" : run(place % STYLES) + (place / STYLES % 2 == 0 ? "" : " second");
  }

  private static String run(int place) {
    return "run-" + (char) ('a' + place);
  }
}
