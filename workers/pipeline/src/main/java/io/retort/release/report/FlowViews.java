package io.retort.release.report;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.v1.CurationFlow;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationSummary;
import io.retort.v1.Difficulty;
import io.retort.v1.IngestSummary;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the rows that were read went: through difficulty and rounds of improvement to an outcome.
 */
final class FlowViews {
  private static final List<Outcome> OUTCOMES =
      List.of(
          new Outcome(CurationOutcome.CURATION_OUTCOME_RETAINED, "retained", "Kept as it came"),
          new Outcome(
              CurationOutcome.CURATION_OUTCOME_IMPROVED, "improved", "Kept after improvement"),
          new Outcome(CurationOutcome.CURATION_OUTCOME_REJECTED, "rejected", "Rejected"),
          new Outcome(CurationOutcome.CURATION_OUTCOME_QUARANTINED, "quarantined", "Quarantined"));
  private static final List<Difficulty> DIFFICULTIES =
      List.of(
          Difficulty.DIFFICULTY_SIMPLE,
          Difficulty.DIFFICULTY_MEDIUM,
          Difficulty.DIFFICULTY_HARD,
          Difficulty.DIFFICULTY_UNSPECIFIED);

  /**
   * @param headings of the outcomes
   */
  record Flow(Sankey chart, List<String> headings, List<Row> rows) {
    boolean hasRows() {
      return !rows.isEmpty();
    }
  }

  /**
   * @param counts in the order of the outcomes
   */
  record Row(String difficulty, String rounds, List<String> counts) {}

  private record Outcome(CurationOutcome outcome, String kind, String name) {}

  static Flow of(IngestSummary ingest, CurationSummary curation) {
    // Summaries of before ways were counted have none.
    List<CurationFlow> flows = curation.getFlowsList();
    return new Flow(
        chart(ingest, curation, flows),
        OUTCOMES.stream().map(Outcome::name).toList(),
        DIFFICULTIES.stream()
            .flatMap(
                difficulty ->
                    flows.stream()
                        .filter(flow -> flow.getDifficulty() == difficulty)
                        .map(CurationFlow::getRounds)
                        .distinct()
                        .sorted()
                        .map(rounds -> row(flows, difficulty, rounds)))
            .toList());
  }

  static FigureTable table(IngestSummary ingest, CurationSummary curation) {
    FigureTable.Builder table =
        FigureTable.of("flow", "Rows by way", "difficulty", "rounds", "outcome", "rows");
    curation
        .getFlowsList()
        .forEach(
            flow ->
                table.row(
                    name(flow.getDifficulty()),
                    flow.getRounds(),
                    name(flow.getOutcome()),
                    flow.getRows()));
    if (curation.getFlowsCount() == 0) {
      OUTCOMES.forEach(
          outcome -> table.row("", "", name(outcome.outcome()), count(curation, outcome)));
    }
    return table.row("", "", "REFUSED_AT_INGEST", ingest.getQuarantined()).build();
  }

  private static Row row(List<CurationFlow> flows, Difficulty difficulty, int rounds) {
    return new Row(
        name(difficulty),
        String.valueOf(rounds),
        OUTCOMES.stream()
            .map(
                outcome ->
                    Figures.count(
                        flows.stream()
                            .filter(flow -> flow.getDifficulty() == difficulty)
                            .filter(flow -> flow.getRounds() == rounds)
                            .filter(flow -> flow.getOutcome() == outcome.outcome())
                            .mapToLong(CurationFlow::getRows)
                            .sum()))
            .toList());
  }

  private static Sankey chart(
      IngestSummary ingest, CurationSummary curation, List<CurationFlow> flows) {
    long rows = curation.getRows() + ingest.getQuarantined();
    Sankey.Node read = new Sankey.Node(0, "Read", "start");
    Sankey.Builder chart = new Sankey.Builder();
    if (flows.isEmpty()) {
      OUTCOMES.forEach(
          outcome -> chart.link(read, node(1, outcome), outcome.kind(), count(curation, outcome)));
    } else {
      int mostRounds = flows.stream().mapToInt(CurationFlow::getRounds).max().orElse(0);
      DIFFICULTIES.forEach(difficulty -> chart.node(node(difficulty)));
      IntStream.rangeClosed(0, mostRounds).forEach(rounds -> chart.node(node(rounds)));
      OUTCOMES.forEach(outcome -> chart.node(node(3, outcome)));
      flows.stream()
          .map(CurationFlow::getDifficulty)
          .distinct()
          .forEach(
              difficulty ->
                  chart.link(
                      read,
                      node(difficulty),
                      kind(difficulty),
                      flows.stream()
                          .filter(flow -> flow.getDifficulty() == difficulty)
                          .mapToLong(CurationFlow::getRows)
                          .sum()));
      flows.stream()
          .map(flow -> new Step(flow.getDifficulty(), flow.getRounds()))
          .distinct()
          .forEach(
              step ->
                  chart.link(
                      node(step.difficulty()),
                      node(step.rounds()),
                      kind(step.difficulty()),
                      flows.stream().filter(step::has).mapToLong(CurationFlow::getRows).sum()));
      for (int rounds = 0; rounds <= mostRounds; rounds++) {
        for (Outcome outcome : OUTCOMES) {
          int passed = rounds;
          chart.link(
              node(rounds),
              node(3, outcome),
              outcome.kind(),
              flows.stream()
                  .filter(flow -> flow.getRounds() == passed)
                  .filter(flow -> flow.getOutcome() == outcome.outcome())
                  .mapToLong(CurationFlow::getRows)
                  .sum());
        }
      }
    }
    chart.link(
        read,
        new Sankey.Node(1, "Refused at ingest", "refused"),
        "refused",
        ingest.getQuarantined());
    return chart.build(Figures.count(rows) + " rows read, by what became of them");
  }

  private record Step(Difficulty difficulty, int rounds) {
    boolean has(CurationFlow flow) {
      return flow.getDifficulty() == difficulty && flow.getRounds() == rounds;
    }
  }

  private static Sankey.Node node(int column, Outcome outcome) {
    return new Sankey.Node(column, outcome.name(), outcome.kind());
  }

  private static Sankey.Node node(Difficulty difficulty) {
    return new Sankey.Node(1, name(difficulty), kind(difficulty));
  }

  private static Sankey.Node node(int rounds) {
    return new Sankey.Node(
        2, rounds == 0 ? "No round" : rounds == 1 ? "1 round" : rounds + " rounds", "start");
  }

  private static String name(Difficulty difficulty) {
    return switch (difficulty) {
      case DIFFICULTY_SIMPLE -> "Simple";
      case DIFFICULTY_MEDIUM -> "Medium";
      case DIFFICULTY_HARD -> "Hard";
      case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED -> "Not judged";
    };
  }

  private static String name(CurationOutcome outcome) {
    return EnumText.shortName(outcome);
  }

  private static String kind(Difficulty difficulty) {
    return switch (difficulty) {
      case DIFFICULTY_SIMPLE -> "simple";
      case DIFFICULTY_MEDIUM -> "medium";
      case DIFFICULTY_HARD -> "hard";
      case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED -> "notjudged";
    };
  }

  private static long count(CurationSummary curation, Outcome outcome) {
    return switch (outcome.outcome()) {
      case CURATION_OUTCOME_RETAINED -> curation.getRetained();
      case CURATION_OUTCOME_IMPROVED -> curation.getImproved();
      case CURATION_OUTCOME_REJECTED -> curation.getRejected();
      case CURATION_OUTCOME_QUARANTINED -> curation.getQuarantined();
      case CURATION_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> 0;
    };
  }

  private FlowViews() {}
}
