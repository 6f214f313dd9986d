package io.retort.trigger;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * An expression of RE2, which is matched in a time that is linear in the text. Counted repetitions
 * are written out when it is compiled, so nested ones are bounded.
 */
record LinearPattern(Pattern compiled) {
  private static final long MOST_STEPS = 10_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /** The reason why a text is no such expression; empty for one. */
  static Optional<String> problem(String text) {
    if (steps(text) > MOST_STEPS) {
      return Optional.of("nested repetitions of more than " + MOST_STEPS + " characters");
    }
    try {
      Pattern unused = Pattern.compile(text);
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of(String.valueOf(e.getDescription()));
    }
  }

  /** Of a text without a {@link #problem}. */
  static LinearPattern of(String text) {
    return new LinearPattern(Pattern.compile(text));
  }

  boolean matches(String text) {
    return compiled.matcher(text).matches();
  }

  /** An upper bound of the size of the compiled expression. */
  private static long steps(String text) {
    Deque<Long> outer = new ArrayDeque<>();
    long sum = 0;
    long atom = 0;
    for (int at = 0; at < text.length(); at++) {
      switch (text.charAt(at)) {
        case '(' -> {
          outer.push(sum + atom);
          sum = 0;
          atom = 0;
        }
        case ')' -> {
          atom += sum + 1;
          sum = outer.isEmpty() ? 0 : outer.pop();
        }
        case '{' -> {
          int end = text.indexOf('}', at);
          long most = end < 0 ? 1 : most(text.substring(at + 1, end));
          // Bounded, so that it does not overflow.
          atom = Math.min(MOST_STEPS + 1, atom * Math.max(1, most));
        }
        case '\\' -> {
          sum += atom;
          atom = 1;
          at++;
        }
        case '*', '+', '?' -> atom++;
        default -> {
          sum += atom;
          atom = 1;
        }
      }
    }
    while (!outer.isEmpty()) {
      sum += outer.pop();
    }
    return sum + atom;
  }

  private static long most(String repetition) {
    long most = 1;
    for (String number : repetition.split(",", -1)) {
      // Else it is no repetition, or one without an upper bound.
      if (NUMBER.matcher(number.strip()).matches()) {
        most = Math.max(most, Integer.parseInt(number.strip()));
      }
    }
    return most;
  }
}
