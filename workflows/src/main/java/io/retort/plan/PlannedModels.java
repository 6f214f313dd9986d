package io.retort.plan;

import io.retort.ingest.IngestActivities;
import io.retort.run.ModelInspections;
import io.retort.v1.ArtifactRef;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.Failure;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.temporal.failure.TemporalFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The student and the models to evaluate, as the run would find them. What cannot be inspected has
 * no digest.
 */
final class PlannedModels {
  private final RunRequest request;
  private final PlanClock clock;
  private final PlanProblems problems;
  private final List<EvaluatedModel> evaluated = new ArrayList<>();
  private Optional<ArtifactRef> student = Optional.empty();
  private Optional<String> fetched = Optional.empty();

  PlannedModels(RunRequest request, PlanClock clock, PlanProblems problems) {
    this.request = request;
    this.clock = clock;
    this.problems = problems;
  }

  void inspect() {
    RunSpec spec = request.getSpec();
    if (ModelInspections.readsStudent(spec)) {
      inspectStudent(spec.getStudent().getModel());
    }
    for (int index = 0; index < spec.getModelsCount(); index++) {
      evaluated.add(evaluated(index, spec.getModels(index)));
    }
  }

  /** Without a digest where it is not known; empty where the run does not read it. */
  Optional<ArtifactRef> student() {
    return student;
  }

  /** Folder of a student of the hub. */
  Optional<String> fetched() {
    return fetched;
  }

  /** Whether the student's files, and so its tokenizer, are not there to be read. */
  boolean lacksStudent() {
    return request.getSpec().getStudent().getModel().startsWith("hf://")
        && student.isPresent()
        && student.get().getSha256().isEmpty();
  }

  List<EvaluatedModel> evaluated() {
    return evaluated;
  }

  private void inspectStudent(String model) {
    student = Optional.of(ArtifactRef.getDefaultInstance());
    try {
      InspectStudentResponse found =
          activities()
              .inspectStudent(
                  ModelInspections.student(model, request.getStoreUri())
                      .setWithoutDownload(true)
                      .build());
      student = Optional.of(found.getModel());
      if (!found.getPinnedUri().isEmpty()) {
        fetched = Optional.of(found.getModel().getUri());
      }
    } catch (TemporalFailure thrown) {
      Failure unused = problems.add(thrown);
    }
  }

  private EvaluatedModel evaluated(int index, ModelSpec model) {
    if (model.hasEndpoint()) {
      return ModelInspections.served(model);
    }
    try {
      return ModelInspections.evaluated(
          model,
          activities()
              .inspectStudent(
                  ModelInspections.model(index, model.getModel(), request.getStoreUri())
                      .setWithoutDownload(true)
                      .build()));
    } catch (TemporalFailure thrown) {
      Failure unused = problems.add(thrown);
      return EvaluatedModel.newBuilder()
          .setName(model.getName())
          .setModel(model.getModel())
          .build();
    }
  }

  private IngestActivities activities() {
    return clock.activities(IngestActivities.class, IngestActivities.INSPECT_STUDENT);
  }
}
