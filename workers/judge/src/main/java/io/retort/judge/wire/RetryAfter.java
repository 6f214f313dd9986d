package io.retort.judge.wire;

import com.linecorp.armeria.common.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the headers that state when a provider accepts the next call. */
final class RetryAfter {
  private static final Duration LONGEST = Duration.ofDays(1);
  // Not read, since some servers state a wrong one.
  private static final Pattern WEEKDAY =
      Pattern.compile("\\A(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*+,? ", Pattern.CASE_INSENSITIVE);
  private static final Pattern DASHED = Pattern.compile("\\A(\\d{1,2})-([A-Za-z]{3})-(\\d)");

  /**
   * The delay of {@code retry-after-ms} or {@code retry-after} (seconds, possibly with a fraction,
   * or an HTTP date), at most a day; empty if there is none or it has passed.
   */
  static Optional<Duration> read(HttpHeaders headers, Instant now) {
    Optional<Duration> delay = number(headers.get("retry-after-ms"), 1);
    if (delay.isEmpty()) {
      delay = number(headers.get("retry-after"), 1000);
    }
    if (delay.isEmpty()) {
      delay = date(headers.get("retry-after"), now);
    }
    return delay
        .filter(value -> !value.isNegative() && !value.isZero())
        .map(value -> value.compareTo(LONGEST) < 0 ? value : LONGEST);
  }

  private static Optional<Duration> number(@Nullable String text, int millis) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(text.strip()) * millis;
      return Double.isFinite(value)
          ? Optional.of(Duration.ofMillis(Math.min(Math.round(value), LONGEST.toMillis())))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(@Nullable String text, Instant now) {
    if (text == null) {
      return Optional.empty();
    }
    String date = WEEKDAY.matcher(text.strip().replaceAll("\\s+", " ")).replaceFirst("");
    date = DASHED.matcher(date).replaceFirst("$1 $2 $3");
    if (date.endsWith(" UTC")) {
      date = date.substring(0, date.length() - "UTC".length()) + "GMT";
    }
    for (DateTimeFormatter format : formats(now)) {
      try {
        Instant when = format.withZone(ZoneOffset.UTC).parse(date, Instant::from);
        return Optional.of(Duration.between(now, when));
      } catch (DateTimeException e) {
        // Another format may match.
      }
    }
    return Optional.empty();
  }

  /** The three date formats of RFC 9110, without weekday and dashes. */
  private static List<DateTimeFormatter> formats(Instant now) {
    // A two-digit year is at most fifty years in the future.
    int firstYear = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    return List.of(
        new DateTimeFormatterBuilder()
            .appendPattern("d MMM ")
            .appendValueReduced(ChronoField.YEAR, 2, 2, firstYear)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US),
        // Reads two digits as a year of the first century.
        DateTimeFormatter.RFC_1123_DATE_TIME,
        DateTimeFormatter.ofPattern("MMM d HH:mm:ss yyyy", Locale.US));
  }

  private RetryAfter() {}
}
