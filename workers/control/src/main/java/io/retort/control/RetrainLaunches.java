package io.retort.control;

import io.retort.plan.Retraining;
import io.retort.registry.ModelRegistry;
import io.retort.spec.RequestValidator;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Launches from another run, or from the run that published a version. */
final class RetrainLaunches {
  private final RunReader reader;
  private final ModelRegistry models;
  private final RequestValidator validator = new RequestValidator();

  RetrainLaunches(RunReader reader, ModelRegistry models) {
    this.reader = reader;
    this.models = models;
  }

  /** What the request asks for. Throws INVALID_ARGUMENT or NOT_FOUND for a request that is none. */
  RunLaunch launch(RetrainRunRequest request) throws SpecException {
    Retraining retraining = retraining(request);
    String origin = retraining.originRunId();
    RunSpec spec = retraining.spec();
    List<Stage> fresh = retraining.fresh();
    if (request.getRescore()) {
      spec = Rescoring.of(reader.get(origin)).pinned(spec);
      fresh = Rescoring.fresh(fresh);
    }
    return new RunLaunch(
        spec,
        request.getRequestId(),
        origin,
        fresh,
        request.getRescore(),
        request.getLane(),
        RunTags.retrained(reader.find(origin), request.getLabelsMap(), request.getNote()),
        SentRequest.of(request));
  }

  private Retraining retraining(RetrainRunRequest request) throws SpecException {
    List<SpecViolation> violations = validator.validate(request.toBuilder().clearChanges().build());
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations);
    }
    try {
      if (!request.getRunId().isEmpty() && request.getModel().isEmpty()) {
        // Throws NOT_FOUND.
        RunSpec spec = reader.askedSpec(request.getRunId());
        return Retraining.of(request, models, runId -> Optional.of(spec));
      }
      return Retraining.of(request, models, reader::knownSpec);
    } catch (IOException e) {
      throw ApiErrors.store("read the model registry", e);
    }
  }
}
