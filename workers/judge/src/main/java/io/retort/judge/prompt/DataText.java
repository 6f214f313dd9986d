package io.retort.judge.prompt;

import java.util.List;

/**
 * Makes text of unknown origin safe to stand in a prompt: it can neither close the block that it
 * stands in nor look like a control token of a chat template.
 */
public final class DataText {
  private static final String TAG = "data";
  private static final int LONGEST_TOKEN = 64;
  private static final char FULL_WIDTH_BAR = '\uFF5C';
  private static final List<String> ANGLE_TOKENS =
      List.of(
          "<s>",
          "</s>",
          "<bos>",
          "<eos>",
          "<pad>",
          "<unk>",
          "<start_of_turn>",
          "<end_of_turn>",
          "<<SYS>>",
          "<</SYS>>",
          // Chat templates cut an assistant's turn at these.
          "<think>",
          "</think>",
          "<tool_call>",
          "</tool_call>",
          "<tool_response>",
          "</tool_response>");
  private static final List<String> BRACKET_TOKENS =
      List.of(
          "[INST]",
          "[/INST]",
          "[SYSTEM_PROMPT]",
          "[/SYSTEM_PROMPT]",
          "[AVAILABLE_TOOLS]",
          "[/AVAILABLE_TOOLS]",
          "[TOOL_CALLS]",
          "[TOOL_RESULTS]",
          "[/TOOL_RESULTS]",
          "[THINK]",
          "[/THINK]");

  /** Appends {@code text} between the tags of a named block. */
  static void appendBlock(StringBuilder to, String name, String text) {
    to.append("<data name=\"").append(name).append("\">\n");
    append(to, text, true);
    to.append("\n</data>");
  }

  /** {@code text} with every control token split by a blank. */
  public static String withoutControlTokens(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    append(safe, text, false);
    return safe.toString();
  }

  /** Appends {@code text} with every control token split by a blank. */
  static void appendWithoutControlTokens(StringBuilder to, String text) {
    append(to, text, false);
  }

  private static void append(StringBuilder to, String text, boolean inBlock) {
    int from = 0;
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (character != '<' && character != '[') {
        continue;
      }
      if (inBlock && character == '<' && isBlockTag(text, index)) {
        to.append(text, from, index).append("&lt;");
        from = index + 1;
      } else if (isControlToken(text, index)) {
        to.append(text, from, index + 1).append(' ');
        from = index + 1;
      }
    }
    to.append(text, from, text.length());
  }

  /** Whether a model could read a begin or end tag of a block at {@code start}. */
  private static boolean isBlockTag(String text, int start) {
    int index = skipBlanks(text, start + 1);
    if (index < text.length() && text.charAt(index) == '/') {
      index = skipBlanks(text, index + 1);
    }
    for (int letter = 0; letter < TAG.length(); letter++) {
      index = skipFormat(text, index);
      if (index == text.length()
          || Character.toLowerCase(text.charAt(index)) != TAG.charAt(letter)) {
        return false;
      }
      index++;
    }
    return index == text.length() || !isWordPart(text.charAt(index));
  }

  private static int skipFormat(String text, int start) {
    int index = start;
    while (index < text.length() && Character.getType(text.charAt(index)) == Character.FORMAT) {
      index++;
    }
    return index;
  }

  /** The next character that is visible. */
  private static int skipBlanks(String text, int start) {
    int index = start;
    while (index < text.length() && isBlank(text.charAt(index))) {
      index++;
    }
    return index;
  }

  private static boolean isBlank(char character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || Character.isISOControl(character)
        || Character.getType(character) == Character.FORMAT;
  }

  private static boolean isWordPart(char character) {
    return Character.isLetterOrDigit(character) || character == '_';
  }

  private static boolean isControlToken(String text, int start) {
    if (text.charAt(start) == '[') {
      return startsWithAny(text, start, BRACKET_TOKENS);
    }
    return isBarToken(text, start) || startsWithAny(text, start, ANGLE_TOKENS);
  }

  private static boolean startsWithAny(String text, int start, List<String> tokens) {
    for (String token : tokens) {
      if (text.startsWith(token, start)) {
        return true;
      }
    }
    return false;
  }

  /** {@code <|word|>}, also with full-width bars. */
  private static boolean isBarToken(String text, int start) {
    if (start + 1 >= text.length() || !isBar(text.charAt(start + 1))) {
      return false;
    }
    int last = Math.min(text.length() - 1, start + LONGEST_TOKEN + 3);
    for (int index = start + 2; index <= last; index++) {
      char character = text.charAt(index);
      if (character == '>') {
        return index >= start + 4 && isBar(text.charAt(index - 1));
      }
      if (character == '<' || Character.isWhitespace(character)) {
        return false;
      }
    }
    return false;
  }

  private static boolean isBar(char character) {
    return character == '|' || character == FULL_WIDTH_BAR;
  }

  private DataText() {}
}
