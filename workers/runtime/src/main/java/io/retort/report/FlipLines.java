package io.retort.report;

import io.retort.enums.EnumText;
import io.retort.v1.FlipCount;
import io.retort.v1.FlipSummary;
import io.retort.v1.SampleOutcome;
import io.retort.v1.VerdictFlip;
import java.util.ArrayList;
import java.util.List;

/** What grading the answers of a run anew has changed, in words. */
public final class FlipLines {
  /** How many verdicts flipped, of how many answers. */
  public static String headline(FlipSummary flips) {
    String line =
        Figures.count(flips.getFlipped())
            + " of "
            + Figures.count(flips.getCompared())
            + " verdicts flipped against "
            + flips.getRunId();
    return flips.getNotCompared() == 0
        ? line
        : line
            + "; "
            + Figures.count(flips.getNotCompared())
            + " answers are not compared: it has none with the same text";
  }

  /** Counts by model, benchmark and outcomes, then the first flips one by one. */
  public static List<String> details(FlipSummary flips) {
    List<String> lines = new ArrayList<>();
    for (FlipCount count : flips.getCountsList()) {
      lines.add(
          count.getModel()
              + " on "
              + count.getBenchmark()
              + ": "
              + change(count.getBefore(), count.getAfter())
              + " "
              + Figures.count(count.getCount()));
    }
    for (VerdictFlip flip : flips.getFirstList()) {
      lines.add(line(flip));
    }
    if (flips.getFirstCount() < flips.getFlipped()) {
      lines.add("... all are in " + flips.getFlips().getUri());
    }
    return lines;
  }

  private static String line(VerdictFlip flip) {
    String line =
        flip.getModel()
            + " on "
            + flip.getBenchmark()
            + ", problem "
            + flip.getSampleId()
            + ", answer "
            + Integer.toUnsignedString(flip.getIndex())
            + ": "
            + change(flip.getBefore(), flip.getAfter());
    if (flip.getAnswerBefore().isEmpty() && flip.getAnswerAfter().isEmpty()) {
      return line;
    }
    return flip.getAnswerBefore().equals(flip.getAnswerAfter())
        ? line + ", \"" + flip.getAnswerAfter() + '"'
        : line + ", \"" + flip.getAnswerBefore() + "\" -> \"" + flip.getAnswerAfter() + '"';
  }

  private static String change(SampleOutcome before, SampleOutcome after) {
    return name(before) + " -> " + name(after);
  }

  private static String name(SampleOutcome outcome) {
    return switch (outcome) {
      case SAMPLE_OUTCOME_TRUNCATED -> "cut";
      case SAMPLE_OUTCOME_CHECKER_ERROR -> "not decided";
      case SAMPLE_OUTCOME_CORRECT,
          SAMPLE_OUTCOME_WRONG,
          SAMPLE_OUTCOME_NO_ANSWER,
          SAMPLE_OUTCOME_UNSPECIFIED,
          UNRECOGNIZED ->
          EnumText.words(outcome);
    };
  }

  private FlipLines() {}
}
