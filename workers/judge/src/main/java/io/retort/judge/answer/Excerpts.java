package io.retort.judge.answer;

/** Excerpts of long texts for messages. */
final class Excerpts {
  private static final int LENGTH = 200;

  static String of(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return '"' + (line.length() <= LENGTH ? line : line.substring(0, LENGTH) + "...") + '"';
  }

  private Excerpts() {}
}
