package io.retort.preference;

import io.retort.v1.CorruptionKind;
import io.retort.v1.Sample;
import java.util.List;
import java.util.stream.Stream;

/** The corrupter by rules that fits a sample's kind of answer. */
final class Rules {
  /**
   * Wrong versions of a chain, made as they are asked for, those of the wanted kind first. Empty
   * where no rule of an allowed kind fits: a letter of a multiple choice has no arithmetic to get
   * wrong.
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
