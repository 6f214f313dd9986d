package io.retort.pages;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Points in time for people, in UTC. */
public final class Times {
  private static final DateTimeFormatter SHOWN =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** {@code 2026-11-29 18:05:09 UTC}; empty if the time is not set. */
  public static String shown(Timestamp time) {
    return isSet(time) ? SHOWN.format(instant(time)) : "";
  }

  /** For the attribute {@code datetime}. */
  public static String machine(Timestamp time) {
    return isSet(time) ? instant(time).toString() : "";
  }

  static boolean isSet(Timestamp time) {
    return time.getSeconds() != 0;
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochMilli(Timestamps.toMillis(time));
  }

  private Times() {}
}
