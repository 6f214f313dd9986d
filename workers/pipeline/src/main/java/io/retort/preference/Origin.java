package io.retort.preference;

import io.retort.v1.Provenance;

/**
 * The source of the rejected side.
 *
 * @param model empty, like {@code promptVersion}, if no model wrote it
 */
record Origin(String corrupter, String model, String promptVersion) {
  static final Origin RULES = new Origin("rules", "", "");
  static final Origin ORIGINAL = new Origin("original", "", "");

  static Origin judge(Provenance provenance) {
    return new Origin("judge", provenance.getModel(), provenance.getPromptVersion());
  }
}
