package io.retort.rows;

import io.retort.store.Hashes;

/** Seeds of single calls, made of the run's seed: the same run asks the same. */
public final class Seeds {
  /** Non-negative and below 2^31, as every endpoint takes it. */
  public static int of(long runSeed, String... purpose) {
    String hash = Hashes.sha256Hex(String.valueOf(runSeed), String.join("/", purpose));
    return (int) (Long.parseLong(hash.substring(0, 8), 16) & Integer.MAX_VALUE);
  }

  private Seeds() {}
}
