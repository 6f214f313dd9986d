package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import java.util.List;

/**
 * Samples of a run, before and after curation.
 *
 * @param missing why there are none; empty where there are
 */
public record SampleListView(String run, List<Sample> samples, String missing) {
  private static final int LONGEST = 6_000;

  /**
   * @param before the chain of thought as it was
   * @param after the one that is trained on; empty where none is
   * @param rounds what the judge said of each version, in order
   */
  public record Sample(
      String outcome,
      String reason,
      String source,
      String problem,
      String answer,
      String before,
      String after,
      List<String> rounds) {
    static Sample of(CurationRecord record) {
      return new Sample(
          EnumText.words(record.getOutcome()),
          record.getReason().isEmpty() ? record.getMessage() : record.getReason(),
          record.getSample().getSource(),
          cut(record.getSample().getProblem()),
          cut(record.getSample().getAnswer()),
          cut(record.getSample().getChain()),
          cut(record.getChain()),
          record.getRoundsList().stream().map(Sample::round).toList());
    }

    private static String round(CurationRound round) {
      return "Round "
          + round.getRound()
          + ": "
          + EnumText.words(round.getDifficulty())
          + (round.getVerdict().getCritique().isEmpty()
              ? ""
              : ". " + cut(round.getVerdict().getCritique()));
    }
  }

  static SampleListView of(String run, List<CurationRecord> records) {
    return new SampleListView(
        run,
        records.stream().map(Sample::of).toList(),
        records.isEmpty() ? "No curated sample of the run is in the store yet." : "");
  }

  static SampleListView missing(String run, String why) {
    return new SampleListView(run, List.of(), why);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
