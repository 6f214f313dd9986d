package io.retort.preference;

import io.retort.answers.WrittenNumbers;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the expression before an equals sign in a solution: numbers with {@code + - * / x × ÷},
 * parentheses, thousands separators, currency and percent signs.
 */
final class Arithmetic {
  private static final int LONGEST = 200;
  private static final int LONGEST_NUMBER = 30;

  private final String text;
  private int position;
  private int operators;

  private Arithmetic(String text) {
    this.text = text;
  }

  /** The value of an expression with at least one operator; empty for anything else. */
  static Optional<BigDecimal> evaluate(String expression) {
    if (expression.length() > LONGEST) {
      return Optional.empty();
    }
    Arithmetic parser = new Arithmetic(expression);
    BigDecimal value = parser.sum();
    parser.skipSpace();
    return value == null || parser.position < expression.length() || parser.operators == 0
        ? Optional.empty()
        : Optional.of(value).filter(WrittenNumbers::isWritable);
  }

  static boolean isOperator(char character) {
    return "+-*/x×÷".indexOf(character) >= 0;
  }

  private @Nullable BigDecimal sum() {
    BigDecimal left = product();
    while (left != null) {
      char operator = peek();
      if (operator != '+' && operator != '-') {
        return left;
      }
      take();
      BigDecimal right = product();
      if (right == null) {
        return null;
      }
      left = operator == '+' ? left.add(right) : left.subtract(right);
    }
    return null;
  }

  private @Nullable BigDecimal product() {
    BigDecimal left = factor();
    while (left != null) {
      char operator = peek();
      if ("*/x×÷".indexOf(operator) < 0) {
        return left;
      }
      take();
      BigDecimal right = factor();
      if (right == null) {
        return null;
      }
      if (operator == '/' || operator == '÷') {
        if (right.signum() == 0) {
          return null;
        }
        left = left.divide(right, MathContext.DECIMAL64);
      } else {
        left = left.multiply(right, MathContext.DECIMAL64);
      }
    }
    return null;
  }

  private @Nullable BigDecimal factor() {
    if (peek() != '(') {
      return number();
    }
    position++;
    BigDecimal value = sum();
    if (value == null || peek() != ')') {
      return null;
    }
    position++;
    return percent(value);
  }

  private @Nullable BigDecimal number() {
    peek();
    if (position < text.length() && text.charAt(position) == '$') {
      position++;
    }
    int start = position;
    while (position < text.length() && isNumberPart(text.charAt(position))) {
      position++;
    }
    String digits = text.substring(start, position).replace(",", "");
    if (digits.isEmpty() || digits.length() > LONGEST_NUMBER) {
      return null;
    }
    try {
      return percent(new BigDecimal(digits));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private BigDecimal percent(BigDecimal value) {
    if (position < text.length() && text.charAt(position) == '%') {
      position++;
      return value.movePointLeft(2);
    }
    return value;
  }

  private static boolean isNumberPart(char character) {
    return (character >= '0' && character <= '9') || character == '.' || character == ',';
  }

  private void take() {
    operators++;
    position++;
  }

  private char peek() {
    skipSpace();
    return position < text.length() ? text.charAt(position) : 0;
  }

  private void skipSpace() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
  }
}
