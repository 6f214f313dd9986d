package io.retort.store;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of store, recognised by the URI scheme. */
enum StoreScheme {
  FILE("file:/"),
  S3("s3://");

  private final String prefix;

  StoreScheme(String prefix) {
    this.prefix = prefix;
  }

  /** The scheme that serves a URI; empty if there is none. */
  static Optional<StoreScheme> of(String uri) {
    return Arrays.stream(values()).filter(scheme -> scheme.serves(uri)).findFirst();
  }

  /** The URI prefixes of all stores, for messages. */
  static String prefixes() {
    return Arrays.stream(values()).map(scheme -> scheme.prefix).collect(Collectors.joining(" or "));
  }

  boolean serves(String uri) {
    return uri.startsWith(prefix);
  }

  /**
   * @return the part after the prefix
   * @throws IllegalArgumentException for a URI of another scheme
   */
  String require(String uri) {
    if (!serves(uri)) {
      throw new IllegalArgumentException(
          "uri: " + uri + " (expected: an absolute URI that begins with " + prefix + ")");
    }
    return uri.substring(prefix.length());
  }
}
