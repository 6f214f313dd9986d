package io.retort.trigger;

import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;

/**
 * What makes triggers fire by themselves: Temporal follows the triggers of the store. Methods throw
 * {@link io.grpc.StatusRuntimeException} as the API answers where Temporal does not do its part;
 * what the store has is then applied later.
 */
interface TriggerSources {
  /**
   * Makes Temporal follow the trigger as the store has it now; also after it was deleted.
   *
   * @param before its configuration before the change
   */
  void follow(String name, TriggerConfig before);

  /** The trigger with next time, counts and problem, as far as Temporal knows them. */
  Trigger shown(Trigger trigger);
}
