package io.retort.control;

import io.grpc.Status;
import io.retort.spec.SpecException;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.FailureCategory;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.ArrayList;
import java.util.List;

/** A run whose answers another run grades anew. */
record Rescoring(Run origin) {
  /**
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION for a run without scores
   */
  static Rescoring of(Run origin) {
    if (origin.getSummary().getScoresCount() == 0) {
      throw ApiErrors.failure(
          Status.Code.FAILED_PRECONDITION,
          FailureCategory.FAILURE_CATEGORY_USER,
          "NOT_EVALUATED",
          "run "
              + origin.getRunId()
              + ": has no scores (expected: a run whose evaluation has ended)",
          null);
    }
    return new Rescoring(origin);
  }

  Run launch(RunLauncher launcher, RetrainRunRequest request, RunSpec spec) throws SpecException {
    List<Stage> fresh = new ArrayList<>(request.getFreshStagesList());
    if (!fresh.contains(Stage.STAGE_EVALUATE)) {
      fresh.add(Stage.STAGE_EVALUATE);
    }
    return launcher.launch(
        pinned(spec),
        request.getRequestId(),
        origin.getRunId(),
        fresh,
        true,
        RunTags.retrained(origin, request.getLabelsMap(), request.getNote()));
  }

  /** The answers are those of the commits and versions that the models had then. */
  private RunSpec pinned(RunSpec spec) {
    RunSpec.Builder pinned = spec.toBuilder();
    List<EvaluatedModel> models = origin.getSummary().getModelsList();
    for (int index = 0; index < Math.min(models.size(), spec.getModelsCount()); index++) {
      EvaluatedModel model = models.get(index);
      if (!model.getPinnedUri().isEmpty()
          && model.getModel().equals(spec.getModels(index).getModel())) {
        pinned.getModelsBuilder(index).setModel(model.getPinnedUri()).setName(model.getName());
      }
    }
    return pinned.build();
  }
}
