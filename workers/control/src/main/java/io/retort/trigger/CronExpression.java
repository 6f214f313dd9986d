package io.retort.trigger;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Five fields as in crontab(5). */
record CronExpression(List<String> fields) {
  private static final List<Field> FIELDS =
      List.of(
          new Field("minute", 0, 59, List.of()),
          new Field("hour", 0, 23, List.of()),
          new Field("day of the month", 1, 31, List.of()),
          new Field(
              "month",
              1,
              12,
              List.of(
                  "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                  "dec")),
          new Field(
              "day of the week",
              0,
              7,
              List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")));

  private static final int MINUTE = 0;
  private static final int HOUR = 1;
  private static final int DAY_OF_MONTH = 2;
  private static final int MONTH = 3;
  private static final int DAY_OF_WEEK = 4;
  private static final int SUNDAY = 7;

  /** February 29 may be eight years away, and more where it has to be a certain weekday too. */
  private static final int MOST_DAYS = 12 * 366;

  private static final Pattern ITEM =
      Pattern.compile("(?:(\\*)|([a-z]{3}|\\d{1,2})(?:-([a-z]{3}|\\d{1,2}))?)(?:/(\\d{1,2}))?");

  CronExpression {
    fields = List.copyOf(fields);
  }

  /** The reason why a text is none; empty for one. */
  static Optional<String> problem(String text) {
    List<String> fields = split(text);
    if (fields.size() != FIELDS.size()) {
      return Optional.of(fields.size() + " fields");
    }
    for (int index = 0; index < fields.size(); index++) {
      Field field = FIELDS.get(index);
      for (String item : Splitter.on(',').split(fields.get(index))) {
        if (!field.isItem(item)) {
          return Optional.of(field.name + " " + item);
        }
      }
    }
    return Optional.empty();
  }

  /** Of a text without a {@link #problem}. */
  static CronExpression of(String text) {
    return new CronExpression(split(text));
  }

  /**
   * Expressions that together mean the same where all fields of each must match. In crontab(5) a
   * day matches by its day of the month or of the week where neither begins with {@code *}.
   */
  List<String> conjunctions() {
    if (isOpen(DAY_OF_MONTH) || isOpen(DAY_OF_WEEK)) {
      return List.of(String.join(" ", fields));
    }
    return List.of(without(DAY_OF_WEEK), without(DAY_OF_MONTH));
  }

  /**
   * The next time after another. Local times that a change of the clock leaves out have none; those
   * that it repeats have two.
   *
   * @return empty if there is none within twelve years, as for February 30
   */
  Optional<Instant> next(Instant after, ZoneId zone) {
    List<NavigableSet<Integer>> values =
        IntStream.range(0, FIELDS.size()).mapToObj(this::values).toList();
    LocalDate day = after.atZone(zone).toLocalDate();
    for (int days = 0; days < MOST_DAYS; days++) {
      if (isDay(day, values)) {
        Optional<Instant> found = next(day, values.get(HOUR), values.get(MINUTE), after, zone);
        if (found.isPresent()) {
          return found;
        }
      }
      day = day.plusDays(1);
    }
    return Optional.empty();
  }

  private static Optional<Instant> next(
      LocalDate day,
      NavigableSet<Integer> hours,
      NavigableSet<Integer> minutes,
      Instant after,
      ZoneId zone) {
    Optional<Instant> least = Optional.empty();
    boolean changes =
        !zone.getRules()
            .getOffset(day.atStartOfDay())
            .equals(zone.getRules().getOffset(day.plusDays(1).atStartOfDay()));
    for (int hour : hours) {
      for (int minute : minutes) {
        LocalDateTime local = day.atTime(hour, minute);
        for (ZoneOffset offset : zone.getRules().getValidOffsets(local)) {
          Instant time = local.toInstant(offset);
          if (time.isAfter(after) && (least.isEmpty() || time.isBefore(least.get()))) {
            least = Optional.of(time);
          }
        }
        // Local times are in the order of times where the clock does not change.
        if (least.isPresent() && !changes) {
          return least;
        }
      }
    }
    return least;
  }

  private boolean isDay(LocalDate day, List<NavigableSet<Integer>> values) {
    if (!values.get(MONTH).contains(day.getMonthValue())) {
      return false;
    }
    boolean ofMonth = values.get(DAY_OF_MONTH).contains(day.getDayOfMonth());
    int weekday = day.getDayOfWeek().getValue();
    boolean ofWeek =
        values.get(DAY_OF_WEEK).contains(weekday)
            || (weekday == SUNDAY && values.get(DAY_OF_WEEK).contains(0));
    if (isOpen(DAY_OF_MONTH) || isOpen(DAY_OF_WEEK)) {
      return ofMonth && ofWeek;
    }
    return ofMonth || ofWeek;
  }

  private NavigableSet<Integer> values(int field) {
    NavigableSet<Integer> values = new TreeSet<>();
    for (String item : Splitter.on(',').split(fields.get(field))) {
      FIELDS.get(field).addTo(values, item);
    }
    return values;
  }

  private boolean isOpen(int field) {
    return fields.get(field).startsWith("*");
  }

  private String without(int field) {
    List<String> all = new ArrayList<>(fields);
    all.set(field, "*");
    return String.join(" ", all);
  }

  private static List<String> split(String text) {
    return Splitter.on(CharMatcher.anyOf(" \t"))
        .omitEmptyStrings()
        .splitToList(text.toLowerCase(Locale.ROOT));
  }

  /**
   * @param names of the values from {@code least} on; empty for none
   */
  private record Field(String name, int least, int most, List<String> names) {
    Field {
      names = List.copyOf(names);
    }

    boolean isItem(String item) {
      Matcher matcher = ITEM.matcher(item);
      if (!matcher.matches()) {
        return false;
      }
      String step = matcher.group(4);
      if (step != null && (Integer.parseInt(step) < 1 || Integer.parseInt(step) > most)) {
        return false;
      }
      if (matcher.group(1) != null) {
        return true;
      }
      int first = value(matcher.group(2));
      String end = matcher.group(3);
      int last = end == null ? first : value(end);
      return first >= least && last <= most && first <= last;
    }

    /** Adds the values of an {@link #isItem item}. */
    void addTo(Set<Integer> values, String item) {
      Matcher matcher = ITEM.matcher(item);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(name + " " + item);
      }
      boolean all = matcher.group(1) != null;
      int first = all ? least : value(matcher.group(2));
      String end = matcher.group(3);
      String step = matcher.group(4);
      int last = all || (end == null && step != null) ? most : end == null ? first : value(end);
      for (int at = first; at <= last; at += step == null ? 1 : Integer.parseInt(step)) {
        values.add(at);
      }
    }

    /** -1 for what is none. */
    private int value(String text) {
      if (Character.isDigit(text.charAt(0))) {
        return Integer.parseInt(text);
      }
      int index = names.indexOf(text);
      return index < 0 ? -1 : index + least;
    }
  }
}
