package io.retort.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of a segment of a path, where a plus sign is a plus sign. */
final class PercentEncoding {
  /** Text that is no valid encoding is returned as it is. */
  static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return segment;
    }
  }

  private PercentEncoding() {}
}
