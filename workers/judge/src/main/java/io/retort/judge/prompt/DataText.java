package io.retort.judge.prompt;

import java.util.regex.Pattern;

/**
 * Makes text of unknown origin safe to stand in a prompt: it can neither close the block that it
 * stands in nor look like a control token of a chat template.
 */
final class DataText {
  // Possessive: rows of blanks must not cost quadratic time.
  private static final Pattern BLOCK_TAG =
      Pattern.compile("<(?=\\s*+/?+\\s*+data\\b)", Pattern.CASE_INSENSITIVE);
  private static final Pattern CONTROL_TOKEN =
      Pattern.compile(
          "<(?=[|\\uFF5C][^<>\\s]{1,64}[|\\uFF5C]>)"
              + "|<(?=/?s>)"
              + "|<(?=(?:start|end)_of_turn>)"
              + "|<(?=</?SYS>>)"
              + "|\\[(?=/?INST\\])");

  /** {@code text} between the tags of a named block. */
  static String block(String name, String text) {
    String safe = BLOCK_TAG.matcher(withoutControlTokens(text)).replaceAll("&lt;");
    return "<data name=\"" + name + "\">\n" + safe + "\n</data>";
  }

  /** {@code text} with every control token split by a blank. */
  static String withoutControlTokens(String text) {
    return CONTROL_TOKEN.matcher(text).replaceAll("$0 ");
  }

  private DataText() {}
}
