package io.retort.answers;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares answers that need no parsing: equal texts, or two plain numbers. The trainer compares
 * all others.
 *
 * <p>Implements the same rules as its {@code plain_answers.py}; {@code answer_cases.jsonl} of the
 * trainer tests both.
 */
final class PlainAnswers {
  private static final Pattern FRACTION = Pattern.compile("\\\\[dt]frac(?![A-Za-z])");
  private static final Pattern DECORATION =
      Pattern.compile(
          "\\\\(?:left|right|displaystyle)(?![A-Za-z])|\\\\[()\\[\\]]|\\\\?\\$",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORDS = Pattern.compile("\\p{L}++(?:[ '-]\\p{L}++)*+");
  private static final Pattern NUMBER =
      Pattern.compile(
          "([-+\u2212]?)[ ]?([1-9][0-9]{0,2}(?:,[0-9]{3}){1,12}|[0-9]{1,40})(\\.[0-9]{1,40})?");

  /** Longer decimals may result from floating-point arithmetic and need a tolerance. */
  private static final int MOST_DECIMAL_DIGITS = 9;

  private static final int LETTERS = 2;

  /** Whether both are equal; empty if they have to be parsed. */
  static Optional<Boolean> equal(String gold, String answer) {
    String first = canonical(gold);
    String second = canonical(answer);
    if (first.equals(second)) {
      return Optional.of(!first.isEmpty());
    }
    return number(first).flatMap(known -> number(second).map(found -> known.compareTo(found) == 0));
  }

  /**
   * The canonical text, which ignores blanks, formula and emphasis marks, a full stop, and the case
   * of words.
   */
  static String canonical(String answer) {
    String text =
        DECORATION.matcher(FRACTION.matcher(answer).replaceAll("\\\\frac")).replaceAll("");
    text = trimmed(BLANKS.matcher(text).replaceAll(" "), true);
    text = trimmed(text.endsWith(".") ? text.substring(0, text.length() - 1) : text, false);
    // "x" and "X" are different variables.
    return text.length() > LETTERS && WORDS.matcher(text).matches()
        ? text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)
        : text;
  }

  private static Optional<BigDecimal> number(String plain) {
    Matcher matcher = NUMBER.matcher(plain);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String digits = matcher.group(2).replace(",", "");
    String decimals = matcher.group(3) == null ? "" : matcher.group(3);
    if (!decimals.isEmpty() && significant(digits, decimals) > MOST_DECIMAL_DIGITS) {
      return Optional.empty();
    }
    BigDecimal value = new BigDecimal(digits + decimals);
    boolean negative = "-\u2212".contains(matcher.group(1)) && !matcher.group(1).isEmpty();
    return Optional.of(negative ? value.negate() : value);
  }

  private static int significant(String digits, String decimals) {
    String all = digits + decimals.substring(1);
    int start = 0;
    while (start < all.length() && all.charAt(start) == '0') {
      start++;
    }
    return all.length() - start;
  }

  private static String trimmed(String text, boolean start) {
    int from = 0;
    int to = text.length();
    while (start && from < to && "* ".indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && "* ".indexOf(text.charAt(to - 1)) >= 0) {
      to--;
    }
    return text.substring(from, to);
  }

  private PlainAnswers() {}
}
