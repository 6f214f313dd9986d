package io.retort.trigger;

import io.retort.v1.Trigger;

/**
 * What makes triggers fire by themselves: schedules and watches in Temporal, which follow the
 * triggers of the store. Methods throw {@link io.grpc.StatusRuntimeException} as the API answers
 * where Temporal does not do its part; what the store has is then applied later.
 */
interface TriggerSources {
  /** Makes Temporal follow the trigger as the store has it now; also after it was deleted. */
  void follow(String name);

  /** The trigger with next time, counts and problem, as far as Temporal knows them. */
  Trigger shown(Trigger trigger);

  /** For tests of triggers that do not fire by themselves. */
  static TriggerSources none() {
    return new TriggerSources() {
      @Override
      public void follow(String name) {}

      @Override
      public Trigger shown(Trigger trigger) {
        return trigger;
      }
    };
  }
}
