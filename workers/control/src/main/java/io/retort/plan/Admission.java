package io.retort.plan;

import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.RunSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Checks before a run is accepted, by the pipeline worker, which alone sees the places that a spec
 * names. While no worker answers, runs are accepted without: each run makes the same checks itself.
 */
public final class Admission {
  private final BiFunction<CheckLocationsRequest, String, Optional<CheckLocationsResponse>>
      workflow;
  private final String storeUri;

  /**
   * @param workflow runs the workflow for a run; empty if it does not end in time
   */
  public Admission(
      BiFunction<CheckLocationsRequest, String, Optional<CheckLocationsResponse>> workflow,
      String storeUri) {
    this.workflow = workflow;
    this.storeUri = storeUri;
  }

  /**
   * @param spec with defaults
   * @param run its id, for messages
   * @throws SpecException with every location that is missing or forbidden
   */
  public void check(RunSpec spec, String run) throws SpecException {
    List<SpecViolation> violations =
        workflow
            .apply(
                CheckLocationsRequest.newBuilder().setSpec(spec).setStoreUri(storeUri).build(), run)
            .map(CheckLocationsResponse::getViolationsList)
            .orElse(List.of())
            .stream()
            .map(one -> new SpecViolation(one.getField(), one.getDescription()))
            .toList();
    if (!violations.isEmpty()) {
      throw new SpecException(violations);
    }
  }
}
