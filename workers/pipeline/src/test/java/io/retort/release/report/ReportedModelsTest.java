package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.OutcomeCounts;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import org.junit.jupiter.api.Test;

final class ReportedModelsTest {
  private static final String LONG_NAME =
      "a-model-whose-name-is-much-too-long-for-the-chart-of-scores-at-q4";

  @Test
  void showsTheModelThatTheGateReleased() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    assertThat(page(run)).contains("pass@1 on demo, stage-2</div><div class=\"value\">38.3 %");

    run.getSummaryBuilder().getReleaseBuilder().getGateBuilder().setModel("stage-1");

    assertThat(page(run))
        .contains("pass@1 on demo, stage-1</div><div class=\"value\">36.1 %")
        .contains("<p class=\"verdict\">stage-1 against base on demo: better by 33.8 points")
        .doesNotContain("<p class=\"verdict\">stage-2");
  }

  @Test
  void modelsOfARunThatTrainsNoneHaveColoursAndLinesOfTheirOwn() {
    assertThat(page(manyModels().toBuilder()))
        .contains("class=\"run-a curve\"", "class=\"run-b curve\"", "class=\"run-h curve\"")
        .contains("class=\"run-a second curve\"", "class=\"whisker run-a second\"")
        .contains("<title>" + LONG_NAME + "</title>a-model-", "…", "-q4</text>")
        .contains("viewBox=\"0 0 760 334\"", "<g transform=\"translate(0 72)\">")
        .doesNotContain("class=\"tiles\"", "whisker other");
  }

  @Test
  void answersThatCouldNotBeComparedAreThoseOfAllModels() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder().getScoresBuilderList().forEach(score -> score.setUndecided(3));
    assertThat(page(run)).doesNotContain("could not be compared");

    run.getSummaryBuilder().getScoresBuilderList().forEach(score -> score.clearOutcomes());

    assertThat(page(run)).contains("9 answers of all models together could not be compared");
  }

  /** A run that evaluated nine models, one with a long name. */
  static Run manyModels() {
    Run.Builder run = SampleRuns.evaluation().toBuilder();
    RunSummary.Builder summary = run.getSummaryBuilder();
    Score first = summary.getScores(0);
    summary.clearScores();
    for (int model = 0; model < 9; model++) {
      summary.addScores(
          first.toBuilder()
              .setModel(model == 0 ? "smol" : model == 1 ? LONG_NAME : "model-" + model)
              .addCurve(SampleRuns.passAtK(1, 0.25, 0.1, 0.4))
              .addCurve(SampleRuns.passAtK(4, 0.5, 0.3, 0.7))
              .setOutcomes(OutcomeCounts.newBuilder().setCorrect(2).setWrong(6)));
    }
    summary.getComparisonsBuilder(0).setModel(LONG_NAME).setHigh(0.25);
    return run.build();
  }

  private static String page(Run.Builder run) {
    return HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers());
  }
}
