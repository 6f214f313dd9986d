package io.retort.filter;

import io.retort.annotation.RunLabels;
import io.retort.enums.EnumText;
import io.retort.enums.RunPhases;
import io.retort.identity.Caller;
import io.retort.v1.Stage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The fields that filters compare. */
final class FilterFields {
  private static final List<String> EQUALITY = List.of("=", "!=");
  private static final List<String> TEXT = List.of("=", "!=", ":");
  private static final List<String> ORDER = List.of("=", "!=", "<", "<=", ">", ">=");
  private static final List<String> STAGES =
      Arrays.stream(Stage.values())
          .filter(one -> one != Stage.UNRECOGNIZED && one.getNumber() != 0)
          .map(EnumText::shortName)
          .toList();
  private static final String NAMES =
      "a field: phase, stage, team, student, dataset, name, run_id, created_at, created_by, origin,"
          + " waits_for_me or label.KEY";

  private final Caller caller;

  /**
   * @param caller whom {@code waits_for_me} is about
   */
  FilterFields(Caller caller) {
    this.caller = caller;
  }

  /**
   * @param expected describes the field's values
   */
  record Field(List<String> operators, String expected, Comparison comparison) {}

  /** Makes the test of one comparison. */
  @FunctionalInterface
  interface Comparison {
    Predicate<FilterSubject> of(String operator, String value, int position) throws FilterException;
  }

  /**
   * @param found describes what is at the position, for a name that is none
   */
  Field field(String name, int position, String found) throws FilterException {
    for (String prefix : List.of("label.", "labels.")) {
      if (name.startsWith(prefix)) {
        return label(name.substring(prefix.length()), position, found);
      }
    }
    return switch (name) {
      case "name" -> text(run -> List.of(run.name()));
      case "run_id" -> text(run -> List.of(run.runId()));
      case "team" -> text(run -> List.of(run.team()));
      case "student" -> text(FilterSubject::students);
      case "dataset" -> text(FilterSubject::datasets);
      case "created_by" -> text(run -> List.of(run.createdBy()));
      case "origin" -> text(run -> List.of(run.origin()));
      case "phase" ->
          named(
              RunPhases.LISTED.stream().map(EnumText::shortName).toList(),
              RunPhases.LISTED_EXPECTED,
              run -> EnumText.shortName(run.phase()));
      case "stage" ->
          named(
              STAGES,
              "one of " + String.join(", ", STAGES),
              run -> EnumText.shortName(run.stage()));
      case "created_at" -> created();
      case "waits_for_me" -> waits();
      default -> throw new FilterException(position, found, NAMES);
    };
  }

  private static Field label(String key, int position, String found) throws FilterException {
    if (!RunLabels.isKey(key)) {
      throw new FilterException(position, found, "label.KEY, as in label.project");
    }
    Function<FilterSubject, Optional<String>> value =
        run -> Optional.ofNullable(run.labels().get(key));
    return new Field(
        TEXT,
        "a value, or * for any",
        (operator, wanted, at) ->
            operator.equals(":")
                ? run -> value.apply(run).filter(label -> has(label, wanted)).isPresent()
                : negatedIf(
                    operator.equals("!="),
                    run -> value.apply(run).filter(label -> equal(label, wanted)).isPresent()));
  }

  private static Field text(Function<FilterSubject, List<String>> values) {
    return new Field(
        TEXT,
        "a text",
        (operator, wanted, at) ->
            operator.equals(":")
                ? run -> values.apply(run).stream().anyMatch(value -> has(value, wanted))
                : negatedIf(
                    operator.equals("!="),
                    run -> values.apply(run).stream().anyMatch(value -> equal(value, wanted))));
  }

  private static Field named(
      List<String> names, String expected, Function<FilterSubject, String> name) {
    return new Field(
        EQUALITY,
        expected,
        (operator, wanted, at) -> {
          String upper = wanted.toUpperCase(Locale.ROOT);
          if (!names.contains(upper)) {
            throw new FilterException(at, "\"" + wanted + "\"", expected);
          }
          return negatedIf(operator.equals("!="), run -> name.apply(run).equals(upper));
        });
  }

  private static Field created() {
    String expected = "a date or time, as in 2026-01-31 or \"2026-01-31T12:00:00Z\"";
    return new Field(
        ORDER,
        expected,
        (operator, wanted, at) -> {
          long millis =
              time(wanted)
                  .orElseThrow(() -> new FilterException(at, "\"" + wanted + "\"", expected));
          return run -> {
            int order = Long.compare(run.createdMillis(), millis);
            return switch (operator) {
              case "=" -> order == 0;
              case "!=" -> order != 0;
              case "<" -> order < 0;
              case "<=" -> order <= 0;
              case ">" -> order > 0;
              default -> order >= 0;
            };
          };
        });
  }

  private Field waits() {
    return new Field(
        EQUALITY,
        "true or false",
        (operator, wanted, at) -> {
          if (!wanted.equals("true") && !wanted.equals("false")) {
            throw new FilterException(at, "\"" + wanted + "\"", "true or false");
          }
          boolean waiting = wanted.equals("true") == operator.equals("=");
          return run -> run.waitsFor(caller) == waiting;
        });
  }

  private static Optional<Long> time(String text) {
    try {
      return Optional.of(
          text.contains("T")
              ? Instant.parse(text).toEpochMilli()
              : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli());
    } catch (DateTimeParseException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Predicate<FilterSubject> negatedIf(
      boolean negated, Predicate<FilterSubject> test) {
    return negated ? test.negate() : test;
  }

  /** A star at the beginning or the end stands for any text. */
  private static boolean equal(String value, String wanted) {
    boolean open = wanted.startsWith("*");
    boolean openEnd = wanted.length() > 1 && wanted.endsWith("*");
    String core = wanted.substring(open ? 1 : 0, wanted.length() - (openEnd ? 1 : 0));
    if (open && openEnd) {
      return value.contains(core);
    }
    return open ? value.endsWith(core) : openEnd ? value.startsWith(core) : value.equals(wanted);
  }

  private static boolean has(String value, String wanted) {
    return wanted.equals("*")
        ? !value.isEmpty()
        : value.toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT));
  }
}
