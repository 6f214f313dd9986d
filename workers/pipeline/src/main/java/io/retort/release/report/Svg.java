package io.retort.release.report;

import java.util.Locale;

/** Numbers as SVG wants them. */
final class Svg {
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private Svg() {}
}
