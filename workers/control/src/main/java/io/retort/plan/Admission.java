package io.retort.plan;

import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.RunSpec;
import java.util.List;

/**
 * Checks before a run is accepted, by the pipeline worker, which alone sees the places that a spec
 * names. While no worker answers, runs are accepted without: each run makes the same checks itself.
 */
public final class Admission {
  private final AdmissionBatches batches;
  private final String storeUri;

  public Admission(AdmissionBatches batches, String storeUri) {
    this.batches = batches;
    this.storeUri = storeUri;
  }

  /**
   * @param spec with defaults
   * @param run its id, for messages
   * @throws SpecException with every location that is missing or forbidden
   */
  public void check(RunSpec spec, String run) throws SpecException {
    List<SpecViolation> violations =
        batches
            .check(
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
