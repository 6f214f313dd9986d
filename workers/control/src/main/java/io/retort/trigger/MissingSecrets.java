package io.retort.trigger;

import java.util.List;

/** Finds the secrets of webhooks that a team does not have. */
@FunctionalInterface
public interface MissingSecrets {
  /** Those of the names that there are not for the team. */
  List<String> of(String team, List<String> names);
}
