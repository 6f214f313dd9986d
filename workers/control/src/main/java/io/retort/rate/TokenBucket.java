package io.retort.rate;

/** Lets through a number of calls per second, and as many at once as have been saved up. */
public final class TokenBucket {
  private static final double NANOS = 1e9;

  private final double rate;
  private final double burst;
  private double tokens;
  private long filled;

  /**
   * @param rate tokens per second, above 0
   * @param burst most tokens, and those at the start
   * @param now nanoseconds of a clock that does not go back
   */
  public TokenBucket(double rate, double burst, long now) {
    this.rate = rate;
    this.burst = burst;
    tokens = burst;
    filled = now;
  }

  /** Takes a token; returns 0, or the nanoseconds until there is one. */
  public synchronized long take(long now) {
    long wait = waitAt(now);
    if (wait == 0) {
      tokens--;
    }
    return wait;
  }

  /** The nanoseconds until there is a token; 0: there is one. */
  public synchronized long waitAt(long now) {
    tokens = Math.min(burst, tokens + Math.max(0, now - filled) / NANOS * rate);
    filled = now;
    return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / rate * NANOS);
  }
}
