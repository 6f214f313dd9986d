package io.retort.preference;

import io.retort.answers.ChainText;
import io.retort.answers.WrittenNumbers;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Rewrites a chain from one change onwards as if the change were correct: later results follow from
 * it.
 */
final class CarriedChange {
  private static final int DECIMALS = 2;

  /** Replacements by old value; compared by value, not by scale. */
  private final Map<BigDecimal, BigDecimal> changed = new TreeMap<>();

  private final String chain;
  private final StringBuilder rewritten;
  private int cursor;

  /**
   * @param first the equation where the change begins; earlier steps stay unchanged
   */
  CarriedChange(String chain, Equation first) {
    this(chain, stepStart(chain, first));
  }

  /**
   * @param start index from which text is replaced
   */
  CarriedChange(String chain, int start) {
    this.chain = chain;
    this.rewritten = new StringBuilder(chain.substring(0, start));
    this.cursor = start;
  }

  /** Drops the text up to {@code end}, and the white space after it. */
  void drop(int end) {
    cursor = end;
    while (cursor < chain.length() && Character.isWhitespace(chain.charAt(cursor))) {
      cursor++;
    }
  }

  /** Replaces {@code value} with {@code replacement} from this position on. */
  void replace(BigDecimal value, BigDecimal replacement) {
    if (value.compareTo(replacement) != 0) {
      changed.put(value, replacement);
    }
  }

  /**
   * Writes an equation with another expression or result in place of the chain's equation. The
   * words of its step may mention the result first: "72 eggs, because 48 + 24 = 72".
   */
  void write(Equation original, String expression, BigDecimal result) {
    copyTo(Math.max(cursor, stepStart(chain, original)));
    replace(original.result().value(), result);
    copyTo(original.start());
    rewritten.append(expression);
    rewritten.append(chain.substring(original.end(), original.result().start()));
    rewritten.append(format(result, original.result()));
    cursor = original.result().end();
  }

  /** Carries the change through the following equations, and through the text to its end. */
  String finish(List<Equation> following) {
    for (Equation equation : following) {
      if (equation.start() < cursor) {
        continue;
      }
      String expression = substitute(equation.expression());
      Optional<BigDecimal> value =
          expression.equals(equation.expression()) || !equation.holds()
              ? Optional.empty()
              : Arithmetic.evaluate(expression);
      if (value.isPresent()) {
        write(equation, expression, rounded(value.get()));
      }
    }
    copyTo(chain.length());
    return rewritten.toString();
  }

  /** The replacement of a value; empty if the value is unchanged. */
  Optional<BigDecimal> replacement(BigDecimal value) {
    return changed.entrySet().stream()
        .filter(entry -> WrittenNumbers.same(entry.getKey(), value))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Start of the step that contains an equation. */
  private static int stepStart(String chain, Equation equation) {
    return ChainText.steps(chain).stream()
        .mapToInt(ChainText.Step::start)
        .filter(start -> start <= equation.start())
        .max()
        .orElse(0);
  }

  static BigDecimal rounded(BigDecimal value) {
    return value.setScale(DECIMALS, RoundingMode.HALF_UP);
  }

  /** A number in plain notation, without trailing zeros. */
  static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private String format(BigDecimal value, WrittenNumbers.Token like) {
    boolean grouped = chain.substring(like.start(), like.end()).indexOf(',') >= 0;
    return grouped && value.stripTrailingZeros().scale() <= 0
        ? String.format(java.util.Locale.ROOT, "%,d", value.toBigInteger())
        : plain(value);
  }

  private void copyTo(int end) {
    rewritten.append(substitute(chain.substring(cursor, end)));
    cursor = end;
  }

  private String substitute(String text) {
    StringBuilder result = new StringBuilder();
    int copied = 0;
    for (WrittenNumbers.Token token : WrittenNumbers.tokens(text)) {
      Optional<BigDecimal> replacement = replacement(token.value());
      if (replacement.isPresent()) {
        result.append(text, copied, token.start()).append(plain(replacement.get()));
        copied = token.end();
      }
    }
    return result.append(text, copied, text.length()).toString();
  }
}
