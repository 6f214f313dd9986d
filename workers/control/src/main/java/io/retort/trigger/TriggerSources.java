package io.retort.trigger;

import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import java.io.IOException;

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

  /** The trigger with next time, counts, watch and problem, as far as Temporal knows them. */
  Trigger shown(Trigger trigger);

  /**
   * Makes Temporal follow all triggers in the store. What fails for one trigger is logged; throws
   * where nothing answers.
   */
  void reconcile() throws IOException;

  /** Both of them; a failure of the first does not keep the second from its part. */
  static TriggerSources both(TriggerSources first, TriggerSources second) {
    return new TriggerSources() {
      @Override
      public void follow(String name, TriggerConfig before) {
        try {
          first.follow(name, before);
        } finally {
          second.follow(name, before);
        }
      }

      @Override
      public Trigger shown(Trigger trigger) {
        return second.shown(first.shown(trigger));
      }

      @Override
      public void reconcile() throws IOException {
        try {
          first.reconcile();
        } finally {
          second.reconcile();
        }
      }
    };
  }
}
