package io.retort.filter;

import io.retort.identity.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Parses filters of runs: comparisons joined by {@code AND}, {@code OR}, which binds tighter, and
 * {@code NOT} or {@code -}, with parentheses. Filters are evaluated in memory over the same fields
 * for every run, so that none of their text reaches another system.
 */
public final class RunFilter {
  /** In characters. */
  public static final int LONGEST = 2000;

  private static final int DEEPEST = 32;

  private final FilterScanner scanner;
  private final FilterFields fields;
  private int depth;

  private RunFilter(FilterScanner scanner, FilterFields fields) {
    this.scanner = scanner;
    this.fields = fields;
  }

  /**
   * Which runs a filter selects; all for an empty one.
   *
   * @param caller whom {@code waits_for_me} is about
   * @throws FilterException with the position, what is there and what was expected
   */
  public static Predicate<FilterSubject> parse(String filter, Caller caller)
      throws FilterException {
    if (filter.length() > LONGEST) {
      throw new FilterException(LONGEST + 1, filter.length() + " characters", "at most " + LONGEST);
    }
    FilterScanner scanner = new FilterScanner(filter);
    if (scanner.atEnd()) {
      return run -> true;
    }
    Predicate<FilterSubject> parsed = new RunFilter(scanner, new FilterFields(caller)).expression();
    if (!scanner.atEnd()) {
      throw new FilterException(scanner.position(), scanner.found(), "AND, OR or the end");
    }
    return parsed;
  }

  private Predicate<FilterSubject> expression() throws FilterException {
    List<Predicate<FilterSubject>> all = new ArrayList<>();
    do {
      all.add(alternatives());
    } while (scanner.takeWord("AND"));
    return run -> all.stream().allMatch(one -> one.test(run));
  }

  private Predicate<FilterSubject> alternatives() throws FilterException {
    List<Predicate<FilterSubject>> any = new ArrayList<>();
    do {
      any.add(term());
    } while (scanner.takeWord("OR"));
    return run -> any.stream().anyMatch(one -> one.test(run));
  }

  private Predicate<FilterSubject> term() throws FilterException {
    boolean negated = scanner.takeWord("NOT") || scanner.take('-');
    Predicate<FilterSubject> term = scanner.take('(') ? inParentheses() : comparison();
    return negated ? term.negate() : term;
  }

  private Predicate<FilterSubject> inParentheses() throws FilterException {
    if (++depth > DEEPEST) {
      throw new FilterException(
          scanner.position() - 1, "parentheses in parentheses", "at most " + DEEPEST + " levels");
    }
    Predicate<FilterSubject> inner = expression();
    if (!scanner.take(')')) {
      throw new FilterException(scanner.position(), scanner.found(), "AND, OR or )");
    }
    depth--;
    return inner;
  }

  private Predicate<FilterSubject> comparison() throws FilterException {
    int fieldAt = scanner.position();
    String found = scanner.found();
    FilterFields.Field field = fields.field(scanner.field(), fieldAt, found);
    int operatorAt = scanner.position();
    found = scanner.found();
    String operator = scanner.operator();
    if (!field.operators().contains(operator)) {
      throw new FilterException(operatorAt, found, "one of " + String.join(" ", field.operators()));
    }
    int valueAt = scanner.position();
    return field.comparison().of(operator, scanner.value(field.expected()), valueAt);
  }
}
