package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;

/**
 * Reads a chain: the whole answer without the block tags that a model may copy around it. An answer
 * with other block tags repeats the prompt and is refused, as is one with reasoning in it.
 */
public final class ChainParser implements AnswerParser<String> {
  @Override
  public String parse(ChatAnswer answer) throws UnusableAnswerException {
    String text = AnswerText.of(answer);
    String chain = BlockTags.removeAround(TurnTokens.cut(text));
    if (chain.codePoints().allMatch(ChainParser::isBlank)) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model's answer is an empty chain");
    }
    if (BlockTags.areIn(chain)) {
      throw JsonAnswer.unparsed(text, "a chain and nothing else");
    }
    if (ReasoningText.opensAnywhereIn(chain)) {
      throw JsonAnswer.unparsed(
          text, "a chain without reasoning; a tag opens it and none closes it");
    }
    if (holdsHalfCharacter(chain)) {
      throw JsonAnswer.unparsed(
          text, "a chain of whole characters; it holds half of a surrogate pair");
    }
    return chain;
  }

  private static boolean isBlank(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || Character.getType(character) == Character.FORMAT;
  }

  /** Such a half has no form in UTF-8. */
  private static boolean holdsHalfCharacter(String text) {
    for (int index = 0; index < text.length(); index++) {
      if (Character.isSurrogate(text.charAt(index))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(index))) {
          return true;
        }
        index++;
      }
    }
    return false;
  }
}
