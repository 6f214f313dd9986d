package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.LetterAccuracy;
import io.retort.v1.Score;
import io.retort.v1.ScoreWithoutErrata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the report says of a benchmark beside its figures. */
final class BenchmarkNotes {
  /**
   * Sentences, none of which tells a problem.
   *
   * @param scores of one benchmark, at least one
   */
  static List<String> of(List<Score> scores) {
    List<String> notes =
        new ArrayList<>(
            ByModel.sentences(
                scores,
                score ->
                    score.getRevisionsCount() == 0
                        ? Optional.empty()
                        : Optional.of("Read from " + String.join(", ", score.getRevisionsList()))));
    if (scores.stream().anyMatch(Score::getRedacted)) {
      notes.add("Its problems, options and answers are not shown, as its terms may ask");
    }
    for (Score score : scores) {
      if (score.getLettersCount() > 0) {
        notes.add(
            score.getModel()
                + " by the letter of the right option: "
                + score.getLettersList().stream()
                    .map(BenchmarkNotes::letter)
                    .collect(Collectors.joining(", ")));
      }
    }
    List<Score> withErrata = scores.stream().filter(Score::hasWithoutErrata).toList();
    if (!withErrata.isEmpty()) {
      notes.add(withoutErrata(withErrata));
    }
    return notes;
  }

  private static String letter(LetterAccuracy letter) {
    return letter.getLetter()
        + " "
        + (letter.getSamples() == 0
            ? "none"
            : Figures.share(letter.getCorrect(), letter.getSamples())
                + " of "
                + Figures.count(letter.getSamples()))
        + " (chosen "
        + Figures.count(letter.getChosen())
        + " times)";
  }

  private static String withoutErrata(List<Score> scores) {
    ScoreWithoutErrata first = scores.get(0).getWithoutErrata();
    return "Without the problems with errata ("
        + first.getLeftOutList().stream()
            .map(count -> count.getName() + " " + Figures.count(count.getCount()))
            .collect(Collectors.joining(", "))
        + "), on the "
        + Figures.count(first.getProblems())
        + " others: "
        + scores.stream()
            .map(
                score ->
                    score.getModel()
                        + " "
                        + score.getWithoutErrata().getPassAtKList().stream()
                            .map(
                                passAtK ->
                                    "pass@" + passAtK.getK() + " " + Figures.percent(passAtK))
                            .collect(Collectors.joining(", ")))
            .collect(Collectors.joining("; "));
  }

  private BenchmarkNotes() {}
}
