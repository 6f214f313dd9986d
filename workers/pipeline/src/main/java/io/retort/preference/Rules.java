package io.retort.preference;

import io.retort.v1.CorruptionKind;
import io.retort.v1.Sample;
import java.util.List;
import java.util.stream.Stream;

/** Chooses the rule-based corrupter for a sample's kind of answer. */
final class Rules {
  /**
   * Corrupted versions of a chain, created lazily, those of the wanted kind first. Empty if no rule
   * of an allowed kind applies, for example to a multiple choice, which has no arithmetic to
   * change.
   */
  static Stream<Corruption> corruptions(
      Sample sample, String chain, long seed, CorruptionKind wanted, List<CorruptionKind> allowed) {
    return switch (sample.getAnswerKind()) {
      case ANSWER_KIND_CODE ->
          new CodeCorrupter(chain, sample.getAnswer(), seed).corruptions(wanted, allowed);
      case ANSWER_KIND_CHOICE -> Stream.empty();
      case ANSWER_KIND_MATH, ANSWER_KIND_EXACT, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          new RulesCorrupter(sample.getProblem(), chain, sample.getAnswer(), seed)
              .corruptions(wanted, allowed);
    };
  }

  private Rules() {}
}
