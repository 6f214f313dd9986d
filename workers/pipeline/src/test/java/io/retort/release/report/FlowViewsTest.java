package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.CurationSummary;
import io.retort.v1.IngestSummary;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FlowViewsTest {
  private static final IngestSummary INGEST = SampleRuns.finished().getSummary().getIngest();
  private static final CurationSummary CURATION = SampleRuns.finished().getSummary().getCuration();

  @Test
  void rowsFlowThroughDifficultyAndRoundsToAnOutcome() {
    FlowViews.Flow flow = FlowViews.of(INGEST, CURATION);

    assertThat(flow.chart().bars())
        .extracting(Sankey.Bar::text)
        .containsExactly(
            "Read, 200",
            "Simple, 60",
            "Medium, 44",
            "Hard, 64",
            "Not judged, 24",
            "Refused at ingest, 8",
            "No round, 68",
            "1 round, 46",
            "2 rounds, 78",
            "Kept as it came, 40",
            "Kept after improvement, 70",
            "Rejected, 78",
            "Quarantined, 4");
    assertThat(flow.chart().ribbons())
        .extracting(Sankey.Ribbon::title)
        .contains("Read to Hard: 64", "Hard to 2 rounds: 56", "2 rounds to Rejected: 54");
    assertThat(flow.rows())
        .contains(new FlowViews.Row("Hard", "2", List.of("0", "12", "44", "0")))
        .hasSize(6);
    assertThat(FlowViews.table(INGEST, CURATION).rows())
        .contains(List.of("Hard", 2, "REJECTED", 44L))
        .contains(List.of("", "", "REFUSED_AT_INGEST", 8L));
  }

  @Test
  void summariesOfBeforeWaysWereCountedHaveOutcomesAlone() {
    FlowViews.Flow flow = FlowViews.of(INGEST, CURATION.toBuilder().clearFlows().build());

    assertThat(flow.rows()).isEmpty();
    assertThat(flow.chart().ribbons())
        .extracting(Sankey.Ribbon::title)
        .containsExactlyInAnyOrder(
            "Read to Kept as it came: 40",
            "Read to Kept after improvement: 70",
            "Read to Rejected: 78",
            "Read to Quarantined: 4",
            "Read to Refused at ingest: 8");
  }

  @Test
  void nothingReadIsAnEmptyChart() {
    assertThat(
            FlowViews.of(IngestSummary.getDefaultInstance(), CurationSummary.getDefaultInstance())
                .chart()
                .bars())
        .isEmpty();
  }
}
