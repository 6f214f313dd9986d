package io.retort.control;

import io.retort.activity.TaskQueues;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunStages;
import io.retort.run.UiText;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunSpec;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Id, search attributes, memo and texts with which a run's workflow starts. */
final class RunWorkflowOptions {
  /**
   * @param lane empty for none
   * @param request digest of the request that launches it; empty where it is not known
   */
  static WorkflowOptions of(String runId, RunMemo memo, String lane, String request) {
    Map<String, Object> kept = new HashMap<>(memo.toMap());
    kept.put(RunReader.LANE, lane);
    kept.put(RunReader.REQUEST, request);
    RunSpec spec = memo.filled();
    SearchAttributes.Builder attributes =
        SearchAttributes.newBuilder()
            .set(RunSearchAttributes.PHASE, "QUEUED")
            .set(RunSearchAttributes.TEAM, spec.getTeam())
            .set(RunSearchAttributes.PROGRESS, 0.0);
    if (spec.getStudent().hasModel()) {
      attributes.set(RunSearchAttributes.STUDENT, spec.getStudent().getModel());
    } else if (spec.getModelsCount() > 0) {
      attributes.set(RunSearchAttributes.STUDENT, place(spec.getModels(0)));
    }
    return WorkflowOptions.newBuilder()
        .setWorkflowId(runId)
        .setTaskQueue(TaskQueues.RUNS)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
        .setStaticSummary(UiText.summary(summary(spec)))
        .setStaticDetails(UiText.details(details(runId, memo)))
        .setMemo(kept)
        .setTypedSearchAttributes(attributes.build())
        .build();
  }

  private static String summary(RunSpec spec) {
    String what =
        spec.getModelsCount() > 0
            ? "Evaluate "
                + spec.getModelsList().stream()
                    .map(ModelSpec::getName)
                    .collect(Collectors.joining(", "))
            : RunStages.trains(spec)
                ? "Distil " + spec.getRelease().getModel()
                : "Curate " + spec.getName();
    return what + " for " + spec.getTeam();
  }

  private static String place(ModelSpec model) {
    return model.hasEndpoint()
        ? model.getEndpoint().getBaseUrl() + "#" + model.getEndpoint().getModel()
        : model.getModel();
  }

  private static String details(String runId, RunMemo memo) {
    StringBuilder details = new StringBuilder();
    // First, as a long list of files may be cut.
    details.append("* results: `").append(memo.runUri()).append("`\n");
    details.append("* report, at the end: `").append(memo.runUri()).append("/report/index.html`\n");
    details.append("* progress: `retort runs watch ").append(runId).append("`\n");
    if (memo.filled().getStudent().hasModel()) {
      details.append("* student: `").append(memo.filled().getStudent().getModel()).append("`\n");
    }
    memo.filled()
        .getModelsList()
        .forEach(
            model ->
                details
                    .append("* model ")
                    .append(model.getName())
                    .append(": `")
                    .append(place(model))
                    .append("`\n"));
    memo.filled()
        .getData()
        .getTrainList()
        .forEach(source -> details.append("* data: `").append(source.getPath()).append("`\n"));
    if (!memo.originRunId().isEmpty()) {
      details.append("* retrained from: `").append(memo.originRunId()).append("`\n");
    }
    return details.toString();
  }

  private RunWorkflowOptions() {}
}
