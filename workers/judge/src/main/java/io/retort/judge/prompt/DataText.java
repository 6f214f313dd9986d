package io.retort.judge.prompt;

/**
 * Escapes untrusted text for a prompt, so that it can neither close the block that contains it nor
 * act as a control token of a chat template.
 */
public final class DataText {
  private static final String TAG = "data";
  private static final int TRIANGLE = 0x25C1;

  /** Appends {@code text} as a named block. */
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
      // All look-alikes of them are in the basic multilingual plane.
      int character = LookAlikes.punctuation(text.charAt(index));
      if (character != '<'
          && character != '['
          && character != TRIANGLE
          && !(character == ']' && text.startsWith("~", index + 1))) {
        continue;
      }
      if (inBlock && character == '<' && isBlockTag(text, index)) {
        to.append(text, from, index).append("&lt;");
        from = index + 1;
      } else if (ControlTokens.beginsAt(text, index)) {
        to.append(text, from, index + 1).append(' ');
        from = index + 1;
      }
    }
    to.append(text, from, text.length());
  }

  /** Whether a model could read an opening or closing block tag at {@code start}. */
  private static boolean isBlockTag(String text, int start) {
    int index = skipBlanks(text, start + 1);
    if (index < text.length() && LookAlikes.punctuation(text.charAt(index)) == '/') {
      index = skipBlanks(text, index + 1);
    }
    for (int letter = 0; letter < TAG.length(); letter++) {
      index = skipInvisible(text, index);
      if (index == text.length()) {
        return false;
      }
      int character = text.codePointAt(index);
      if (Character.toLowerCase(LookAlikes.ascii(character)) != TAG.charAt(letter)) {
        return false;
      }
      index += Character.charCount(character);
    }
    return index == text.length() || !isWordPart(LookAlikes.ascii(text.codePointAt(index)));
  }

  private static int skipInvisible(String text, int start) {
    int index = start;
    while (index < text.length() && LookAlikes.isInvisible(text.codePointAt(index))) {
      index += Character.charCount(text.codePointAt(index));
    }
    return index;
  }

  private static int skipBlanks(String text, int start) {
    int index = start;
    while (index < text.length() && LookAlikes.isBlank(text.codePointAt(index))) {
      index += Character.charCount(text.codePointAt(index));
    }
    return index;
  }

  private static boolean isWordPart(int character) {
    return !LookAlikes.isInvisible(character)
        && (Character.isLetterOrDigit(character) || character == '_');
  }

  private DataText() {}
}
