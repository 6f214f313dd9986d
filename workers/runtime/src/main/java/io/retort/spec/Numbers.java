package io.retort.spec;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Decimal numbers in a spec. */
final class Numbers {
  // The exponent is short, so that no number with a million digits is created.
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\d{1,40}(\\.\\d{0,40})?|\\.\\d{1,40})([eE][-+]?\\d{1,3})?");

  static boolean isDecimal(String text) {
    return DECIMAL.matcher(text).matches();
  }

  static Optional<BigDecimal> decimal(String text) {
    return isDecimal(text) ? Optional.of(new BigDecimal(text)) : Optional.empty();
  }

  /** Formats a number without a zero fraction: 1 instead of 1.0. */
  static String shown(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return String.valueOf(value);
    }
    String plain = new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
    return plain.length() > 12 ? String.valueOf(value) : plain;
  }

  private Numbers() {}
}
