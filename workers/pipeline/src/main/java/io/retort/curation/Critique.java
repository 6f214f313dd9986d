package io.retort.curation;

import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.FollowRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The critique that the rewriter gets with the chain that it is to improve. */
final class Critique {
  /**
   * @param base the round whose chain is rewritten
   * @param last the newest round: {@code base} itself, or a rewrite of it with a wrong answer
   */
  static String of(CurationRound base, CurationRound last) {
    List<String> sentences = new ArrayList<>();
    add(sentences, base.getVerdict().getCritique());
    FollowRate rate = base.getFollowRate();
    if (rate.getSamples() > 0 && base.getMeasured() != Difficulty.DIFFICULTY_MEDIUM) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "A small model that was given this chain without its answer reached the right answer in"
                  + " %d of %d attempts.",
              rate.getFollowed(),
              rate.getSamples()));
    }
    if (base.getDifficulty() == Difficulty.DIFFICULTY_MEDIUM) {
      add(sentences, base.getValidation().getReason());
    }
    if (last.getRound() != base.getRound()) {
      sentences.add("An earlier rewrite was refused: " + last.getValidation().getReason() + ".");
    }
    return String.join(" ", sentences);
  }

  private static void add(List<String> sentences, String text) {
    if (!text.isBlank()) {
      sentences.add(text.strip());
    }
  }

  private Critique() {}
}
