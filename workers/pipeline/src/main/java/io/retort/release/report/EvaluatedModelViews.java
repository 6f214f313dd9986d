package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.PassAtK;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The report's view of a run that evaluates models and trains none. */
final class EvaluatedModelViews {
  /** Every model against the first; what the only one scored where there is no other. */
  static List<String> headline(RunSummary summary) {
    List<String> sentences = new ArrayList<>();
    summary
        .getComparisonsList()
        .forEach(
            one ->
                sentences.add(
                    one.getModel()
                        + " against "
                        + one.getBaseline()
                        + " on "
                        + one.getBenchmark()
                        + ": "
                        + one.getSentence()
                        + "."));
    if (sentences.isEmpty()) {
      summary.getScoresList().forEach(score -> sentence(score).ifPresent(sentences::add));
    }
    return sentences;
  }

  /** Which models they were when the run began. */
  static List<ReportView.Fact> facts(List<EvaluatedModel> models) {
    return models.stream()
        .map(
            model ->
                new ReportView.Fact(
                    "Model " + model.getName(),
                    (model.hasEndpoint()
                            ? model.getEndpoint().getModel()
                                + " of "
                                + model.getEndpoint().getBaseUrl()
                            : model.getModel())
                        + (model.getPinnedUri().isEmpty() ? "" : "\n" + model.getPinnedUri())
                        + (model.getContentSha256().isEmpty()
                            ? ""
                            : "\ncontent sha256 " + model.getContentSha256())
                        + (model.getSha256().isEmpty()
                            ? ""
                            : "\nfiles sha256 " + model.getSha256())))
        .toList();
  }

  private static Optional<String> sentence(Score score) {
    Optional<PassAtK> figure = ScoreViews.firstK(score);
    return figure.map(
        passAtK ->
            score.getModel()
                + " on "
                + score.getBenchmark()
                + ": pass@"
                + passAtK.getK()
                + " is "
                + Figures.percent(passAtK)
                + ".");
  }

  private EvaluatedModelViews() {}
}
