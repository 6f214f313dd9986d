package io.retort.answers;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers in the notation of solutions: {@code 1,080}, {@code -3.5}, {@code .25}, {@code 3/4}. */
public final class WrittenNumbers {
  // Bounded and possessive, so that a hostile row of a million digits costs time linear in its
  // length.
  private static final String MAGNITUDE =
      "(?:\\d{1,3}(?:[, \u00a0\u2009\u202f]\\d{3}){1,10}+(?!\\d)|\\d{1,40}+)(?:\\.\\d{1,40}+)?+|\\.\\d{1,40}+";
  private static final Pattern SEPARATOR = Pattern.compile("[, \u00a0\u2009\u202f]");
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<![\\w.])(?<!\\d:)(?<!\\d[eE][-+])(?!\\d{1,4}(?:st|nd|rd|th)\\b)(?:-(?=[\\d.$]))?\\$?(?:"
              + MAGNITUDE
              // Times of day and powers of ten are not such numbers.
              + ")(?!:\\d|[eE][-+]?\\d)");
  private static final Pattern WHOLE =
      Pattern.compile("([-+]?)\\s?\\\\?[$€£]?\\s?([-+]?)(" + MAGNITUDE + ")\\s?(?:\\\\?%)?\\.?");
  private static final Pattern FRACTION =
      Pattern.compile("([-+]?\\d{1,18})\\s?/\\s?(\\d{1,18})\\.?");
  private static final BigDecimal TOLERANCE = new BigDecimal("1e-9");

  /** Maximum number of digits with which a number is written out. */
  public static final int MOST_DIGITS = 1_000;

  /**
   * A number in a text.
   *
   * @param start index of its first character: its sign or first digit, without currency signs
   * @param end index after its last character
   */
  public record Token(int start, int end, BigDecimal value) {}

  /** The number that the whole text represents; empty for any other text. */
  public static Optional<BigDecimal> parse(String text) {
    String stripped = text.strip();
    Matcher fraction = FRACTION.matcher(stripped);
    if (fraction.matches()) {
      BigDecimal denominator = new BigDecimal(fraction.group(2));
      return denominator.signum() == 0
          ? Optional.empty()
          : Optional.of(
              new BigDecimal(fraction.group(1)).divide(denominator, MathContext.DECIMAL64));
    }
    Matcher matcher = WHOLE.matcher(stripped);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal magnitude = decimal(matcher.group(3));
    boolean negative = "-".equals(matcher.group(1)) != "-".equals(matcher.group(2));
    return Optional.of(negative ? magnitude.negate() : magnitude);
  }

  /** The numbers in a text, in order, excluding digits that belong to a word or an ordinal. */
  public static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text).useTransparentBounds(true).useAnchoringBounds(false);
    int from = 0;
    while (from < text.length()) {
      // The expression begins with a look-behind, which is too expensive at every character.
      if (!begins(text.charAt(from)) || !matcher.region(from, text.length()).lookingAt()) {
        from++;
        continue;
      }
      from = matcher.end();
      String written = matcher.group();
      int dollar = written.indexOf('$');
      BigDecimal magnitude = decimal(written.replace("$", "").replace("-", ""));
      boolean negative = written.startsWith("-");
      int start = negative ? matcher.start() : matcher.start() + dollar + 1;
      tokens.add(new Token(start, matcher.end(), negative ? magnitude.negate() : magnitude));
    }
    return tokens;
  }

  private static boolean begins(char character) {
    return (character >= '0' && character <= '9')
        || character == '-'
        || character == '$'
        || character == '.';
  }

  /** Whether both numbers are equal, up to a relative difference of 1e-9. */
  public static boolean same(BigDecimal left, BigDecimal right) {
    if (left.compareTo(right) == 0) {
      return true;
    }
    if (Math.abs(magnitude(left) - magnitude(right)) > 1) {
      // Avoids subtraction, which would write out both numbers.
      return false;
    }
    BigDecimal scale = left.abs().max(right.abs());
    return left.subtract(right).abs().compareTo(scale.multiply(TOLERANCE)) <= 0;
  }

  /**
   * A number without an exponent; empty if it needs more than {@link #MOST_DIGITS} digits.
   * Expanding an untrusted number in any other way could exhaust the memory for a dozen characters
   * of input.
   */
  public static Optional<String> plain(BigDecimal number) {
    return isWritable(number) ? Optional.of(number.toPlainString()) : Optional.empty();
  }

  /** Whether {@link #plain} writes the number out. */
  public static boolean isWritable(BigDecimal number) {
    return Math.max(magnitude(number), 0) + Math.max(number.scale(), 0) <= MOST_DIGITS;
  }

  /** Digits before the decimal point. */
  private static long magnitude(BigDecimal number) {
    return (long) number.precision() - number.scale();
  }

  private static BigDecimal decimal(String written) {
    return new BigDecimal(SEPARATOR.matcher(written).replaceAll(""));
  }

  private WrittenNumbers() {}
}
