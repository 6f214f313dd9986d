package io.retort.answers;

/** Removes characters around an answer that are not part of it. */
final class Edges {
  static final String QUOTES = " \t\"'*`_";
  static final String ALL = QUOTES + ".\u3002";

  /** The text without the given characters at its start and at its end. */
  static String trimmed(String text, String atStart, String atEnd) {
    int start = 0;
    int end = text.length();
    while (start < end && atStart.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && atEnd.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }

  private Edges() {}
}
