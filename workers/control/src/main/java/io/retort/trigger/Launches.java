package io.retort.trigger;

import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.Plan;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.TriggerLaunch;
import java.util.List;
import java.util.Optional;

/**
 * Launches as the API makes them, for the current caller. Methods throw {@link
 * io.grpc.StatusRuntimeException} as the API answers.
 */
public interface Launches {
  /** The launch with the version that an alias names now, so that it can be repeated. */
  TriggerLaunch pinned(TriggerLaunch launch) throws SpecException;

  /** The spec before defaults. Throws NOT_FOUND for an unknown run. */
  RunSpec spec(TriggerLaunch launch) throws SpecException;

  /** All that keeps it from being accepted, apart from files that are not there. */
  List<SpecViolation> violations(TriggerLaunch launch);

  /**
   * A run that would be accepted; starts nothing.
   *
   * @throws SpecException with all violations
   */
  RunRequest admissible(TriggerLaunch launch) throws SpecException;

  Plan plan(RunRequest request);

  /** Starts the run, or returns the one that the same request has started. */
  Run launch(TriggerLaunch launch) throws SpecException;

  /** The run that the same request has started. */
  Optional<String> launched(TriggerLaunch launch) throws SpecException;
}
