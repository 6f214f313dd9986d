package io.retort.plan;

import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.run.RunStages;
import io.retort.spec.SpecChanges;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.ModelVersion;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The run that a retrain starts from, and what it changes.
 *
 * @param spec before defaults
 * @param fresh stages to run again, as the request names them
 */
public record Retraining(String originRunId, RunSpec spec, List<Stage> fresh) {
  private static final String REFERENCE =
      " (expected: NAME:vN, NAME:ALIAS or NAME@sha256:HEX of a published version)";

  /**
   * @param askedSpec the spec of a run before defaults; empty for a run that is not known
   * @throws SpecException for a wrong update_mask, model or from_stage
   * @throws IOException on a fault of the store
   */
  public static Retraining of(
      RetrainRunRequest request,
      ModelRegistry models,
      Function<String, Optional<RunSpec>> askedSpec)
      throws SpecException, IOException {
    if (request.getRunId().isEmpty() == request.getModel().isEmpty()) {
      throw violation(
          "run_id",
          request.getRunId().isEmpty()
              ? "missing (expected: the id of a run, or model)"
              : request.getRunId() + " beside model (expected: one of them)");
    }
    String runId = request.getRunId();
    Optional<RunSpec> origin;
    if (runId.isEmpty()) {
      ModelVersion version = version(request.getModel(), models);
      runId = version.getProvenance().getRunId();
      // The version knows its spec longer than the run's record may last.
      origin = askedSpec.apply(runId).or(() -> Optional.of(version.getProvenance().getSpec()));
    } else {
      origin = askedSpec.apply(runId);
    }
    if (origin.isEmpty()) {
      throw violation("run_id", runId + " (expected: the id of a run)");
    }
    RunSpec changed =
        SpecChanges.apply(origin.get(), request.getChanges(), request.getUpdateMask());
    if (request.getAppendTrainCount() > 0) {
      RunSpec.Builder appended = changed.toBuilder();
      appended.getDataBuilder().addAllTrain(request.getAppendTrainList());
      changed = appended.build();
    }
    return new Retraining(runId, changed, fresh(request, changed));
  }

  private static List<Stage> fresh(RetrainRunRequest request, RunSpec spec) throws SpecException {
    List<Stage> fresh = new ArrayList<>(request.getFreshStagesList());
    Stage from = request.getFromStage();
    if (from == Stage.STAGE_UNSPECIFIED) {
      return fresh;
    }
    List<Stage> stages = RunStages.of(spec);
    if (!stages.contains(from)) {
      throw violation("from_stage", from + " (expected: a stage of this run: " + stages + ")");
    }
    stages.stream()
        .filter(stage -> stage.compareTo(from) >= 0 && !fresh.contains(stage))
        .forEach(fresh::add);
    return fresh;
  }

  private static ModelVersion version(String text, ModelRegistry models)
      throws SpecException, IOException {
    Optional<ModelReference> reference = ModelReference.parse(text);
    Optional<ModelVersion> version =
        reference.isPresent() ? models.resolve(reference.get()) : Optional.empty();
    if (version.isEmpty()) {
      throw violation("model", text + REFERENCE);
    }
    return version.get();
  }

  private static SpecException violation(String field, String description) {
    return new SpecException(List.of(new SpecViolation(field, description)));
  }
}
