package io.retort.run;

import com.google.protobuf.ByteString;

/** Texts that the Temporal UI shows. A server refuses a workflow whose texts are larger. */
public final class UiText {
  /** In bytes of UTF-8. */
  static final int SUMMARY_BYTES = 200;

  /** In bytes of UTF-8. */
  static final int DETAILS_BYTES = 20_000;

  private static final String CUT = "...";

  /** One line without markup: a workflow's or an activity's summary. */
  public static String summary(String text) {
    return cut(text, SUMMARY_BYTES);
  }

  /** Markdown: static or current details. */
  public static String details(String markdown) {
    return cut(markdown, DETAILS_BYTES);
  }

  /** Text of a run inside Markdown: one line that ends no cell and begins no markup. */
  static String cell(String text, int mostCharacters) {
    String line = text.replaceAll("\\s+", " ").replace('|', '/').strip();
    int length = line.codePointCount(0, line.length());
    String kept =
        length <= mostCharacters
            ? line
            : line.substring(0, line.offsetByCodePoints(0, mostCharacters)) + CUT;
    return kept.replaceAll("([\\\\`*_\\[\\]<>#])", "\\\\$1");
  }

  private static String cut(String text, int mostBytes) {
    if (bytes(text) <= mostBytes) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int size = CUT.length();
    for (int codePoint : text.codePoints().toArray()) {
      size += bytes(Character.toString(codePoint));
      if (size > mostBytes) {
        break;
      }
      kept.appendCodePoint(codePoint);
    }
    return kept + CUT;
  }

  private static int bytes(String text) {
    return ByteString.copyFromUtf8(text).size();
  }

  private UiText() {}
}
