package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.BetaSpec;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.IngestSummary;
import io.retort.v1.PairingSummary;
import io.retort.v1.Run;
import java.util.ArrayList;
import java.util.List;

/** The numbers behind the figures of rows and pairs. */
final class DataTables {
  static List<FigureTable> of(Run run) {
    List<FigureTable> tables = new ArrayList<>();
    if (run.getSummary().hasCuration()) {
      tables.addAll(of(run.getSummary().getIngest(), run.getSummary().getCuration()));
    } else {
      refused(tables, run.getSummary().getIngest());
    }
    if (run.getSummary().hasPairing()) {
      tables.addAll(of(run.getSummary().getPairing(), DataViews.betas(run.getSpec())));
    }
    return tables;
  }

  private static List<FigureTable> of(IngestSummary ingest, CurationSummary curation) {
    List<FigureTable> tables = new ArrayList<>();
    tables.add(FlowViews.table(ingest, curation));
    add(tables, "reasons", "Rejected and quarantined", "reason", curation.getReasonsList());
    refused(tables, ingest);
    FigureTable.Builder difficulty =
        FigureTable.of("difficulty", "Difficulty of the chains", "when", "difficulty", "count");
    add(difficulty, "before", curation.getDifficultyBeforeList());
    add(difficulty, "after", curation.getDifficultyAfterList());
    tables.add(difficulty.build());
    if (curation.getLengthsAfter().getChains() > 0) {
      tables.add(LengthChart.table(curation));
    }
    add(
        tables,
        "agreement",
        "Judge's label and measured label",
        "judged/measured",
        curation.getAgreementList());
    if (curation.getVerbosityCount() > 0) {
      FigureTable.Builder ratings =
          FigureTable.of("ratings", "Kept chains by rating", "of", "rating", "count");
      add(ratings, "verbosity", curation.getVerbosityList());
      add(ratings, "cognitive difficulty", curation.getCognitiveDifficultyList());
      tables.add(ratings.build());
    }
    return tables;
  }

  private static List<FigureTable> of(PairingSummary pairing, BetaSpec beta) {
    List<FigureTable> tables = new ArrayList<>();
    FigureTable.Builder gaps = FigureTable.of("gaps", "Pairs by gap", "gap", "beta", "count");
    gaps.row("small", beta.getSmall(), Figures.of(pairing.getGapsList(), "SMALL"));
    gaps.row("medium", beta.getMedium(), Figures.of(pairing.getGapsList(), "MEDIUM"));
    gaps.row("large", beta.getLarge(), Figures.of(pairing.getGapsList(), "LARGE"));
    tables.add(gaps.build());
    add(tables, "kinds", "Corrupted chains by kind", "kind", pairing.getKindsList());
    add(tables, "rejections", "Refused candidates", "reason", pairing.getRejectionsList());
    return tables;
  }

  private static void refused(List<FigureTable> tables, IngestSummary ingest) {
    add(tables, "refused", "Refused at ingest", "reason", ingest.getQuarantineReasonsList());
  }

  private static void add(
      List<FigureTable> tables, String id, String title, String name, List<Count> counts) {
    if (!counts.isEmpty()) {
      tables.add(FigureTable.counts(id, title, name, counts));
    }
  }

  private static void add(FigureTable.Builder table, String group, List<Count> counts) {
    counts.forEach(count -> table.row(group, count.getName(), count.getCount()));
  }

  private DataTables() {}
}
