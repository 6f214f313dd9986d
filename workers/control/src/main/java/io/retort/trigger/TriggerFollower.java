package io.retort.trigger;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Makes Temporal have for each trigger what the store says.
 *
 * @param <T> what it has for a trigger
 */
final class TriggerFollower<T> {
  /** Changes that others make while one is applied. */
  private static final int MOST_ROUNDS = 5;

  private final String what;
  private final Wanted<T> wanted;
  private final BiConsumer<String, Optional<T>> change;
  private final BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors;

  /**
   * @param what Temporal has, for messages: "schedule"
   * @param change makes Temporal have it for the trigger of a name; removes it if empty
   * @param errors the error of the API for one of Temporal, and what was attempted
   */
  TriggerFollower(
      String what,
      Wanted<T> wanted,
      BiConsumer<String, Optional<T>> change,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors) {
    this.what = what;
    this.wanted = wanted;
    this.change = change;
    this.errors = errors;
  }

  /**
   * Applies a change of a trigger; throws the error of the API if that fails.
   *
   * @param before whether Temporal had anything for the trigger before
   */
  void follow(String name, boolean before) {
    try {
      if (before || wanted.of(name).isPresent()) {
        apply(name);
      }
    } catch (IOException e) {
      throw TriggerErrors.store("read trigger " + name, e);
    } catch (StatusRuntimeException e) {
      throw errors.apply(
          "change the " + what + " of trigger " + name + ", which is stored and tried again", e);
    }
  }

  /** Until the store has what was applied: another process may change the trigger meanwhile. */
  void apply(String name) throws IOException {
    Optional<T> applied = wanted.of(name);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      change.accept(name, applied);
      Optional<T> now = wanted.of(name);
      if (now.equals(applied)) {
        return;
      }
      applied = now;
    }
  }

  /** What the store wants for the trigger of a name; empty for nothing, and for a deleted one. */
  @FunctionalInterface
  interface Wanted<T> {
    Optional<T> of(String name) throws IOException;
  }
}
