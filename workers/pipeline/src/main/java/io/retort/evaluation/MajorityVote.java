package io.retort.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * cons@k: the answer given most often stands for the model (Wang et al. 2022, "Self-Consistency
 * Improves Chain of Thought Reasoning", arXiv 2203.11171).
 *
 * <p>Answers are counted as written, without surrounding white space. Samples without an answer do
 * not vote; of answers given equally often the one seen first wins.
 */
final class MajorityVote {
  /** Whether the answer that wins is right; false where no sample has an answer. */
  static boolean isCorrect(List<Problem.Answer> answers) {
    Map<String, Tally> tallies = new LinkedHashMap<>();
    for (Problem.Answer answer : answers) {
      String text = answer.text().strip();
      if (!text.isEmpty()) {
        tallies.merge(text, new Tally(1, answer.correct()), Tally::plus);
      }
    }
    return tallies.values().stream()
        .reduce((first, second) -> second.votes() > first.votes() ? second : first)
        .map(Tally::correct)
        .orElse(false);
  }

  private record Tally(int votes, boolean correct) {
    Tally plus(Tally other) {
      return new Tally(votes + other.votes, correct);
    }
  }

  private MajorityVote() {}
}
