package io.retort.trigger;

import io.retort.spec.SpecViolation;
import java.util.List;

/** Finds the secrets of webhooks that a team does not have. */
@FunctionalInterface
public interface SecretCheck {
  /**
   * A violation for each of the names that there is not for the team.
   *
   * @param field that names them
   * @throws io.grpc.StatusRuntimeException if nobody can tell now
   */
  List<SpecViolation> violations(String field, String team, List<String> names);
}
