package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a chain: the whole answer without the block tags that a model may copy around it. An answer
 * with other block tags repeats the prompt and is refused.
 */
public final class ChainParser implements AnswerParser<String> {
  private static final String END = "</data>";
  private static final Pattern BEGIN = Pattern.compile("<data(?: name=\"\\w*\")?>");
  private static final Pattern TAG = Pattern.compile("<data(?: name=\"[^\"]*\")?>|</data>");

  @Override
  public String parse(ChatAnswer answer) throws UnusableAnswerException {
    String text = AnswerText.of(answer);
    String chain = text;
    if (text.endsWith(END)) {
      Matcher begin = BEGIN.matcher(text);
      int from = begin.lookingAt() ? begin.end() : 0;
      chain = text.substring(from, text.length() - END.length()).strip();
    }
    if (chain.isBlank()) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model's answer is an empty chain");
    }
    if (TAG.matcher(chain).find()) {
      throw JsonAnswer.unparsed(text, "a chain and nothing else");
    }
    return chain;
  }
}
