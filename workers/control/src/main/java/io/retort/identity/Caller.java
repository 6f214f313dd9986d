package io.retort.identity;

import io.grpc.Context;

/**
 * Who makes a call.
 *
 * @param name shown in runs, histories and logs
 */
public record Caller(String name) {
  /** Set while a call is served. */
  public static final Context.Key<Caller> KEY =
      Context.keyWithDefault("caller", new Caller("local"));

  /** The caller of the current call. */
  public static Caller current() {
    return KEY.get();
  }
}
