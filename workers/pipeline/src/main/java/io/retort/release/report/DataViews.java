package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.BetaSpec;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.FollowRate;
import io.retort.v1.IngestSummary;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferenceObjective;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** The report's view of rows and pairs. */
final class DataViews {
  private static final int HIGHEST_RATING = 9;

  static ReportView.Data data(IngestSummary ingest, CurationSummary curation) {
    return new ReportView.Data(
        Optional.empty(),
        Optional.of(FlowViews.of(ingest, curation)),
        reasons(ingest.getQuarantineReasonsList(), ingest.getRows() + ingest.getQuarantined()),
        ingest.getQuarantineReasonsCount() > 0,
        reasons(curation.getReasonsList(), curation.getRows()),
        curation.getReasonsCount() > 0,
        Optional.of(DifficultyChart.of(curation)),
        LengthChart.of(curation),
        agreement(curation.getAgreementList()),
        followRate(curation),
        ratings(curation),
        curation.getVerbosityCount() > 0);
  }

  /** Of a run that ended before curation. */
  static ReportView.Data data(IngestSummary ingest) {
    return new ReportView.Data(
        Optional.of(
            Figures.count(ingest.getRows())
                + " rows were read, "
                + Figures.count(ingest.getQuarantined())
                + " others were refused at ingest. The run ended before they were curated."),
        Optional.empty(),
        reasons(ingest.getQuarantineReasonsList(), ingest.getRows() + ingest.getQuarantined()),
        ingest.getQuarantineReasonsCount() > 0,
        List.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        false);
  }

  private static Optional<String> followRate(CurationSummary curation) {
    FollowRate rate = curation.getFollowRate();
    if (rate.getSamples() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "Given an original chain without its answer, the student was right in "
            + Figures.share(rate.getFollowed(), rate.getSamples())
            + " of "
            + Figures.count(rate.getSamples())
            + " answers; given the problem alone, in "
            + Figures.share(rate.getAlone(), rate.getAloneSamples())
            + " of "
            + Figures.count(rate.getAloneSamples())
            + ".");
  }

  private static List<ReportView.RatingRow> ratings(CurationSummary curation) {
    List<ReportView.RatingRow> rows = new ArrayList<>();
    for (int rating = 0; rating <= HIGHEST_RATING; rating++) {
      String name = String.valueOf(rating);
      rows.add(
          new ReportView.RatingRow(
              name,
              Figures.count(Figures.of(curation.getVerbosityList(), name)),
              Figures.count(Figures.of(curation.getCognitiveDifficultyList(), name))));
    }
    return rows;
  }

  static ReportView.Pairs pairs(PairingSummary pairing, BetaSpec beta) {
    long most = pairing.getGapsList().stream().mapToLong(Count::getCount).max().orElse(0);
    long refused = Figures.total(pairing.getRejectionsList());
    long candidates = Figures.total(pairing.getGapsList()) + refused;
    return new ReportView.Pairs(
        note(beta),
        List.of(
            gap(
                pairing,
                "SMALL",
                "improved chain over the original, both right",
                beta.getSmall(),
                most),
            gap(
                pairing,
                "MEDIUM",
                "original chain over its corrupted version",
                beta.getMedium(),
                most),
            gap(
                pairing,
                "LARGE",
                "balanced chain over a corrupted, wrong one",
                beta.getLarge(),
                most)),
        reasons(pairing.getKindsList(), Figures.total(pairing.getKindsList())),
        pairing.getKindsCount() > 0,
        reasons(pairing.getRejectionsList(), candidates),
        refused > 0);
  }

  private static ReportView.GapRow gap(
      PairingSummary pairing, String name, String meaning, double beta, long most) {
    long count = Figures.of(pairing.getGapsList(), name);
    return new ReportView.GapRow(
        name.toLowerCase(Locale.ROOT),
        meaning,
        String.valueOf(beta),
        Figures.count(count),
        Svg.number(most == 0 ? 0 : 100.0 * count / most),
        Figures.share(count, most));
  }

  /** What the pairs were trained with: plain DPO has one beta. */
  static BetaSpec betas(RunSpec spec) {
    if (spec.getCogpo().getObjective() != PreferenceObjective.PREFERENCE_OBJECTIVE_DPO) {
      return spec.getPreference().getBeta();
    }
    double beta = spec.getCogpo().getBeta();
    return BetaSpec.newBuilder().setSmall(beta).setMedium(beta).setLarge(beta).build();
  }

  private static String note(BetaSpec beta) {
    return beta.getSmall() == beta.getMedium() && beta.getMedium() == beta.getLarge()
        ? "One beta for all pairs: " + beta.getSmall() + "."
        : "Each pair is trained with the beta of its gap class.";
  }

  private static List<ReportView.Reason> reasons(List<Count> counts, long all) {
    return counts.stream()
        .sorted(Comparator.comparingLong(Count::getCount).reversed().thenComparing(Count::getName))
        .map(
            count ->
                new ReportView.Reason(
                    count.getName(),
                    Figures.count(count.getCount()),
                    Figures.share(count.getCount(), all)))
        .toList();
  }

  /** A table of all labels that occur, the three difficulties first. */
  private static Optional<ReportView.Agreement> agreement(List<Count> counts) {
    List<Cell> cells =
        counts.stream().filter(count -> count.getName().contains("/")).map(Cell::of).toList();
    long all = cells.stream().mapToLong(Cell::count).sum();
    if (all == 0) {
      return Optional.empty();
    }
    List<String> judged = labels(cells.stream().map(Cell::judged).toList());
    List<String> measured = labels(cells.stream().map(Cell::measured).toList());
    List<ReportView.AgreementRow> rows = new ArrayList<>();
    for (String row : judged) {
      rows.add(
          new ReportView.AgreementRow(
              row.toLowerCase(Locale.ROOT),
              measured.stream()
                  .map(
                      column ->
                          new ReportView.AgreementCell(
                              Figures.count(sum(cells, row, column)), row.equals(column)))
                  .toList()));
    }
    return Optional.of(
        new ReportView.Agreement(
            measured.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList(),
            rows,
            note(cells.stream().filter(Cell::hasBothLabels).toList())));
  }

  /** Counts over chains that have both labels. */
  private static String note(List<Cell> cells) {
    long all = cells.stream().mapToLong(Cell::count).sum();
    if (all == 0) {
      return "No chain has a label from both.";
    }
    long same =
        cells.stream()
            .filter(cell -> cell.judged().equals(cell.measured()))
            .mapToLong(Cell::count)
            .sum();
    return "Both say the same of "
        + Figures.percent((double) same / all)
        + " of "
        + Figures.count(all)
        + " chains; Cohen's kappa is "
        + kappa(cells, all, same)
        + " (1: always, 0: as often as by chance).";
  }

  /** Agreement beyond what the two distributions of labels give by chance. */
  private static String kappa(List<Cell> cells, long all, long same) {
    double chance = 0;
    for (String label : DifficultyChart.LABELS) {
      long judged =
          cells.stream().filter(c -> c.judged().equals(label)).mapToLong(Cell::count).sum();
      long measured =
          cells.stream().filter(c -> c.measured().equals(label)).mapToLong(Cell::count).sum();
      chance += (double) judged / all * measured / all;
    }
    if (chance >= 1) {
      return "not defined";
    }
    double observed = (double) same / all;
    return String.format(Locale.ROOT, "%.2f", (observed - chance) / (1 - chance));
  }

  private static List<String> labels(List<String> found) {
    List<String> labels = new ArrayList<>(DifficultyChart.LABELS);
    for (String label : new TreeSet<>(found)) {
      if (!labels.contains(label)) {
        labels.add(label);
      }
    }
    return labels;
  }

  private static long sum(List<Cell> cells, String judged, String measured) {
    return cells.stream()
        .filter(cell -> cell.judged().equals(judged) && cell.measured().equals(measured))
        .mapToLong(Cell::count)
        .sum();
  }

  private record Cell(String judged, String measured, long count) {
    static Cell of(Count count) {
      int slash = count.getName().indexOf('/');
      return new Cell(
          label(count.getName().substring(0, slash)),
          label(count.getName().substring(slash + 1)),
          count.getCount());
    }

    boolean hasBothLabels() {
      return DifficultyChart.LABELS.contains(judged) && DifficultyChart.LABELS.contains(measured);
    }

    private static String label(String name) {
      return name.replace("DIFFICULTY_", "");
    }
  }

  private DataViews() {}
}
