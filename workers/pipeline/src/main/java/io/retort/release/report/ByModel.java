package io.retort.release.report;

import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What is said of the scores on a benchmark: once of all, or with the names of the models. */
final class ByModel {
  /** Distinct sentences in the order of the scores; one that all scores share names no model. */
  static List<String> sentences(List<Score> scores, Function<Score, Optional<String>> sentence) {
    Map<String, List<String>> models = new LinkedHashMap<>();
    for (Score score : scores) {
      sentence
          .apply(score)
          .ifPresent(
              text ->
                  models.computeIfAbsent(text, ignored -> new ArrayList<>()).add(score.getModel()));
    }
    List<String> sentences = new ArrayList<>();
    models.forEach(
        (text, of) ->
            sentences.add(of.size() == scores.size() ? text : String.join(", ", of) + ": " + text));
    return sentences;
  }

  private ByModel() {}
}
