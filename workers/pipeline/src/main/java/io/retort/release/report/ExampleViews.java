package io.retort.release.report;

import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.FollowRate;
import io.retort.v1.PreferencePair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The report's view of single rows; long texts are cut. */
final class ExampleViews {
  private static final int LONGEST = 1_200;

  /**
   * @param llmValidation whether the judge was asked if chains with the right answer are sound
   */
  static List<ReportView.ChainExample> chains(List<CurationRecord> records, boolean llmValidation) {
    return records.stream().map(record -> chain(record, llmValidation)).toList();
  }

  static List<ReportView.PairExample> pairs(List<PreferencePair> pairs) {
    return pairs.stream().map(ExampleViews::pair).toList();
  }

  private static ReportView.ChainExample chain(CurationRecord record, boolean llmValidation) {
    return new ReportView.ChainExample(
        lower(record.getOutcome().name(), "CURATION_OUTCOME_"),
        cut(record.getSample().getProblem()),
        cut(record.getSample().getAnswer()),
        record.getRoundsList().stream().map(round -> round(round, llmValidation)).toList(),
        record.getReason());
  }

  private static ReportView.ExampleRound round(CurationRound round, boolean llmValidation) {
    List<String> labels = new ArrayList<>();
    if (round.hasVerdict()) {
      labels.add("judge: " + label(round.getVerdict().getDifficulty()));
    }
    if (round.hasFollowRate()) {
      FollowRate rate = round.getFollowRate();
      labels.add(
          "measured: "
              + label(round.getMeasured())
              + " (right "
              + rate.getFollowed()
              + " of "
              + rate.getSamples()
              + " with the chain, "
              + rate.getAlone()
              + " of "
              + rate.getAloneSamples()
              + " alone)");
    }
    if (round.hasValidation()) {
      labels.add(
          "answer " + (round.getValidation().getAnswerCorrect() ? "right" : "not confirmed"));
      // Only a MEDIUM chain is worth the question.
      if (llmValidation && round.getDifficulty() == Difficulty.DIFFICULTY_MEDIUM) {
        labels.add(round.getValidation().getSound() ? "sound" : "not sound");
      }
    }
    return new ReportView.ExampleRound(
        round.getRound() == 0 ? "Original" : "Round " + round.getRound(),
        String.join(", ", labels),
        cut(round.getVerdict().getCritique()),
        cut(round.getChain()));
  }

  private static ReportView.PairExample pair(PreferencePair pair) {
    String origin = pair.getCorrupter();
    if (pair.getCorruptionValue() != 0) {
      origin += ", " + lower(pair.getCorruption().name(), "CORRUPTION_KIND_");
    }
    return new ReportView.PairExample(
        lower(pair.getGap().name(), "GAP_"),
        String.valueOf(pair.getBeta()),
        cut(pair.getProblem()),
        cut(pair.getChosen() + "\n\nAnswer: " + pair.getChosenAnswer()),
        cut(pair.getRejected() + "\n\nAnswer: " + pair.getRejectedAnswer()),
        origin);
  }

  private static String label(Difficulty difficulty) {
    return lower(difficulty.name(), "DIFFICULTY_");
  }

  private static String lower(String name, String prefix) {
    return name.replace(prefix, "").replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private static String cut(String text) {
    return Cut.end(text, LONGEST);
  }

  private ExampleViews() {}
}
