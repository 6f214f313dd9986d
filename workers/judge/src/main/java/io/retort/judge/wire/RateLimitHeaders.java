package io.retort.judge.wire;

import com.linecorp.armeria.common.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code x-ratelimit-remaining-*} and {@code x-ratelimit-reset-*}, in which OpenAI-compatible
 * providers report the remaining requests and tokens of their window.
 */
final class RateLimitHeaders {
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final AsciiString REMAINING_REQUESTS =
      AsciiString.cached("x-ratelimit-remaining-requests");
  private static final AsciiString RESET_REQUESTS =
      AsciiString.cached("x-ratelimit-reset-requests");
  private static final AsciiString REMAINING_TOKENS =
      AsciiString.cached("x-ratelimit-remaining-tokens");
  private static final AsciiString RESET_TOKENS = AsciiString.cached("x-ratelimit-reset-tokens");
  private static final Pattern RESET =
      Pattern.compile(
          "(?:(\\d{1,4})h)?(?:(\\d{1,6})m(?!s))?(?:(\\d{1,9}(?:\\.\\d{1,9})?)(?:s|$))?"
              + "(?:(\\d{1,9})ms)?");

  /**
   * Time until the exhausted limit is reset, at most a minute: {@code reset} may refer to the whole
   * window, which ends later than the next call is possible. Empty if no limit is exhausted.
   */
  static Optional<Duration> exhausted(HttpHeaders headers) {
    Optional<Duration> requests = exhausted(headers, REMAINING_REQUESTS, RESET_REQUESTS);
    Optional<Duration> tokens = exhausted(headers, REMAINING_TOKENS, RESET_TOKENS);
    if (requests.isEmpty() || tokens.isEmpty()) {
      return requests.or(() -> tokens);
    }
    return requests.get().compareTo(tokens.get()) > 0 ? requests : tokens;
  }

  private static Optional<Duration> exhausted(
      HttpHeaders headers, AsciiString remaining, AsciiString reset) {
    String left = headers.get(remaining);
    return left == null || !left.strip().equals("0")
        ? Optional.empty()
        : duration(headers.get(reset));
  }

  /** "20ms", "1s", "6m0s", "1h2m3.5s", or a number of seconds. */
  private static Optional<Duration> duration(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    Matcher matcher = RESET.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double seconds =
        3600 * number(matcher.group(1))
            + 60 * number(matcher.group(2))
            + number(matcher.group(3))
            + number(matcher.group(4)) / 1000;
    Duration delay = Duration.ofMillis(Math.round(seconds * 1000));
    if (delay.isZero()) {
      return Optional.empty();
    }
    return Optional.of(delay.compareTo(LONGEST) < 0 ? delay : LONGEST);
  }

  private static double number(@Nullable String digits) {
    return digits == null ? 0 : Double.parseDouble(digits);
  }

  private RateLimitHeaders() {}
}
