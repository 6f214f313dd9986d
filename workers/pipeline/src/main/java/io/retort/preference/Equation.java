package io.retort.preference;

import io.retort.answers.WrittenNumbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code 48 + 24 = 72} in a chain.
 *
 * @param start index of the expression, {@code end} after it
 * @param result the number after the equals sign
 * @param value the actual value of the expression
 */
record Equation(
    int start, int end, String expression, BigDecimal value, WrittenNumbers.Token result) {
  private static final int LONGEST_EXPRESSION = 200;
  private static final String EXPRESSION_CHARACTERS = "0123456789.,+-*/x×÷()$% ";
  private static final BigDecimal ROUNDING = new BigDecimal("0.02");

  /** The equations of a chain whose left side is plain arithmetic, in order. */
  static List<Equation> find(String chain) {
    List<Equation> equations = new ArrayList<>();
    List<WrittenNumbers.Token> numbers = WrittenNumbers.tokens(chain);
    int next = 0;
    for (int sign = chain.indexOf('='); sign >= 0; sign = chain.indexOf('=', sign + 1)) {
      while (next < numbers.size() && numbers.get(next).start() < sign) {
        next++;
      }
      if (next < numbers.size() && isBare(chain.substring(sign + 1, numbers.get(next).start()))) {
        at(chain, sign, numbers.get(next)).ifPresent(equations::add);
      }
    }
    return equations;
  }

  /** Whether the result equals the value of the expression, up to rounding by two percent. */
  boolean holds() {
    BigDecimal difference = value.subtract(result.value()).abs();
    return difference.compareTo(value.abs().multiply(ROUNDING)) <= 0;
  }

  private static Optional<Equation> at(String chain, int sign, WrittenNumbers.Token result) {
    int start = sign;
    int limit = Math.max(0, sign - LONGEST_EXPRESSION);
    while (start > limit && EXPRESSION_CHARACTERS.indexOf(chain.charAt(start - 1)) >= 0) {
      start--;
    }
    // "Day 2, 3 * 4 = 12": drop the remains of words from the left until the rest is an expression.
    for (int from = start; from < sign; from++) {
      boolean begins = from == start || chain.charAt(from - 1) == ' ';
      if (begins && isStart(chain.charAt(from))) {
        String expression = chain.substring(from, sign).stripTrailing();
        Optional<BigDecimal> value = Arithmetic.evaluate(expression);
        if (value.isPresent()) {
          return Optional.of(
              new Equation(from, from + expression.length(), expression, value.get(), result));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isStart(char character) {
    return (character >= '0' && character <= '9')
        || character == '('
        || character == '$'
        || character == '.';
  }

  /** Whether only white space and a currency sign are between the equals sign and the result. */
  private static boolean isBare(String between) {
    return between.length() <= 4
        && between.chars().allMatch(character -> " $€£".indexOf(character) >= 0);
  }
}
