package io.retort.rows;

import io.retort.store.Hashes;

/** Seeds of single calls, derived from the run's seed, so that equal runs make equal calls. */
public final class Seeds {
  /** Non-negative and below 2^31, which every endpoint accepts. */
  public static int of(long runSeed, String... purpose) {
    String hash = Hashes.sha256Hex(String.valueOf(runSeed), String.join("/", purpose));
    return (int) (Long.parseLong(hash.substring(0, 8), 16) & Integer.MAX_VALUE);
  }

  private Seeds() {}
}
