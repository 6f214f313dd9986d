package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.PreferenceObjective;
import io.retort.v1.Run;
import io.retort.v1.StageReuse;
import org.junit.jupiter.api.Test;

final class DataViewsTest {
  @Test
  void tellsWhichPairHasWhichBeta() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    assertThat(page(run))
        .contains("Each pair is trained with the beta of its gap class.", "</svg> 71.4 %</td>");

    run.getSpecBuilder()
        .getCogpoBuilder()
        .setObjective(PreferenceObjective.PREFERENCE_OBJECTIVE_DPO)
        .setBeta(0.3);

    assertThat(page(run))
        .contains("One beta for all pairs: 0.3.", "<td>0.3</td><td>98</td>")
        .doesNotContain("Each pair is trained");
  }

  @Test
  void runsThatEndBeforeCurationTellWhatWasRefusedAtIngest() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    run.getSummaryBuilder().clearCuration().clearPairing();

    assertThat(page(run))
        .contains("192 rows were read, 8 others were refused at ingest", "DUPLICATE")
        .contains("data-figure=\"refused\"", "\"id\":\"refused\"")
        .doesNotContain("From difficulty to outcome", "Difficulty of the chains");
  }

  @Test
  void tellsWhichTokensOtherRunsPaidFor() {
    Run.Builder run = SampleRuns.finished().toBuilder();
    assertThat(page(run)).contains("<tr><td>all</td><td>756</td>").doesNotContain("other runs");

    run.getStagesBuilder(1).setReuse(StageReuse.STAGE_REUSE_HIT).setMadeByRunId("an-earlier-run");

    assertThat(page(run))
        .contains("in 756 calls; 123,502 tokens paid for by other runs")
        .contains("<tr><td>all of this run</td><td>143</td>")
        .contains("<tr><td>all, also of other runs</td><td>756</td>");
    run.getSummaryBuilder().clearPairing();
    assertThat(page(run)).doesNotContain("<tr><td>pair</td><td>0</td>");
  }

  private static String page(Run.Builder run) {
    return HtmlReport.render(run.build(), SampleRuns.examples(), SampleRuns.answers());
  }
}
