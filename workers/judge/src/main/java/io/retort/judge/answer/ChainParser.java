package io.retort.judge.answer;

import io.retort.judge.endpoint.ChatAnswer;
import io.retort.judge.failure.FailureType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a chain: the whole answer, without the block tags that a model may copy around it. */
public final class ChainParser implements AnswerParser<String> {
  private static final Pattern BLOCK =
      Pattern.compile("\\A<data(?: name=\"\\w*\")?>\\s*(.*?)\\s*</data>\\z", Pattern.DOTALL);

  @Override
  public String parse(ChatAnswer answer) throws UnusableAnswerException {
    String text = AnswerText.of(answer);
    Matcher block = BLOCK.matcher(text);
    String chain = block.matches() ? block.group(1) : text;
    if (chain.isBlank()) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model answered an empty chain");
    }
    return chain;
  }
}
