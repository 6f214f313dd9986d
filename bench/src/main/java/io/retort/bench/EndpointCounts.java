package io.retort.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The endpoint's counts, by which everything is measured. Confined to one event loop's thread. */
final class EndpointCounts {
  private static final Pattern JSON =
      Pattern.compile("\\{\"answered\":(\\d+),\"request_bytes\":(\\d+)}");

  private long answered;
  private long requestBytes;

  void answered() {
    answered++;
  }

  void received(int bytes) {
    requestBytes += bytes;
  }

  String toJson() {
    return "{\"answered\":" + answered + ",\"request_bytes\":" + requestBytes + "}";
  }

  /**
   * @param answered chat completions since the start
   * @param requestBytes of bodies since the start
   */
  record Reading(long answered, long requestBytes) {
    static Reading parse(String json) {
      Matcher matcher = JSON.matcher(json);
      if (!matcher.matches()) {
        throw new IllegalStateException("counts of the endpoint: " + json);
      }
      return new Reading(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }
  }
}
