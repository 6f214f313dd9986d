package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.activity.TaskQueues;
import io.retort.layout.RunLayout;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunStages;
import io.retort.run.RunWorkflow;
import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecException;
import io.retort.spec.SpecValidator;
import io.retort.v1.ModelSpec;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributes;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Validates, completes and starts runs. */
final class RunLauncher {
  private static final Logger LOG = LoggerFactory.getLogger(RunLauncher.class);

  /**
   * Before the request id of a run that rescores, whose spec may be that of a retrain; no id has
   * it.
   */
  private static final String RESCORED = "rescore:";

  private final Workflows workflows;
  private final RunReader reader;
  private final RecordedRuns runs;
  private final RunIndex index;
  private final SpecDefaults defaults;
  private final SpecValidator validator = new SpecValidator();
  private final RunIds ids;
  private final Clock clock;
  private final String storeUri;

  RunLauncher(
      Workflows workflows,
      RunReader reader,
      RecordedRuns runs,
      RunIndex index,
      SpecDefaults defaults,
      RunIds ids,
      Clock clock,
      String storeUri) {
    this.workflows = workflows;
    this.reader = reader;
    this.runs = runs;
    this.index = index;
    this.defaults = defaults;
    this.ids = ids;
    this.clock = clock;
    this.storeUri = storeUri;
  }

  /**
   * Starts a run, or returns the one that the same request has started.
   *
   * @param requestId empty: never deduplicated
   * @param fresh stages to run again even if the store has their results
   */
  Run launch(RunSpec asked, String requestId, String originRunId, List<Stage> fresh)
      throws SpecException {
    return launch(asked, requestId, originRunId, fresh, false, RunTags.asked(Map.of(), ""));
  }

  /**
   * As above, with what the run carries for people.
   *
   * @param rescores whether the origin's completions are graded anew, and none is generated
   */
  Run launch(
      RunSpec asked,
      String requestId,
      String originRunId,
      List<Stage> fresh,
      boolean rescores,
      RunTags tags)
      throws SpecException {
    if (!RunIds.isValidRequest(requestId)) {
      throw ApiErrors.invalid(
          "request_id", '"' + requestId + "\" (expected: up to 64 letters, digits and hyphens)");
    }
    validator.check(asked);
    RunSpec spec = defaults.fill(asked);
    for (Stage stage : fresh) {
      if (!RunStages.of(spec).contains(stage)) {
        throw ApiErrors.invalid(
            "fresh_stages", stage + " (expected: a stage of this run: " + RunStages.of(spec) + ")");
      }
    }
    String runId =
        requestId.isEmpty()
            ? ids.next(spec.getName())
            : RunIds.ofRequest(spec.getName(), (rescores ? RESCORED : "") + requestId);
    if (!requestId.isEmpty() && isRecorded(runId)) {
      // Temporal itself would start the workflow again after the retention of the first one.
      return existing(runId, requestId, asked, spec, originRunId, tags);
    }
    RunMemo memo =
        new RunMemo(asked, spec, originRunId, new RunLayout(storeUri, runId).run(), tags);
    RunRequest request =
        tags.addTo(RunRequest.newBuilder())
            .setRunId(runId)
            .setSpec(spec)
            .setOriginRunId(originRunId)
            .setStoreUri(storeUri)
            .addAllFreshStages(fresh)
            .setRescores(rescores)
            .build();
    if (!workflows.start(options(runId, memo), RunWorkflow.TYPE, request)) {
      return existing(runId, requestId, asked, spec, originRunId, tags);
    }
    keepAsked(runId, asked);
    index.launched(runId);
    LOG.info("run {} is started", runId);
    Run.Builder run = tags.addTo(Run.newBuilder());
    if (spec.getJudge().hasBudget()) {
      run.setBudget(spec.getJudge().getBudget());
    }
    return RunView.withActions(
        run.setRunId(runId)
            .setPhase(RunPhase.RUN_PHASE_QUEUED)
            .setSpec(spec)
            .setOriginRunId(originRunId)
            .setCreatedAt(Timestamps.fromMillis(clock.millis()))
            .build());
  }

  private boolean isRecorded(String runId) {
    try {
      return runs.exists(runId);
    } catch (IOException e) {
      throw ApiErrors.store("look up run " + runId, e);
    }
  }

  /**
   * Stores the spec before defaults. The run continues if that fails: a retrain then changes the
   * spec with its defaults.
   */
  private void keepAsked(String runId, RunSpec asked) {
    try {
      runs.keepAsked(runId, asked);
    } catch (IOException e) {
      LOG.warn("the spec of run {} was not stored as submitted", runId, e);
    }
  }

  private Run existing(
      String runId,
      String requestId,
      RunSpec asked,
      RunSpec filled,
      String originRunId,
      RunTags tags) {
    if (reader.isDeleted(runId)) {
      throw ApiErrors.requestOfDeleted(requestId, runId);
    }
    Optional<RunMemo> memo =
        workflows
            .describe(runId)
            .flatMap(found -> RunMemo.of(found.getWorkflowExecutionInfo(), workflows));
    Optional<RunSpec> earlier = memo.map(RunMemo::asked).or(() -> reader.recordedAsked(runId));
    Run run = reader.get(runId);
    boolean same =
        run.getOriginRunId().equals(originRunId)
            && memo.map(RunMemo::tags).map(tags::isSameRequest).orElse(true)
            && (earlier.isPresent() ? earlier.get().equals(asked) : run.getSpec().equals(filled));
    if (!same) {
      throw ApiErrors.requestReused(requestId, runId);
    }
    // The spec is not stored yet if Temporal accepted the start but its response was late.
    keepAsked(runId, asked);
    return run;
  }

  private static WorkflowOptions options(String runId, RunMemo memo) {
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
        .setStaticSummary(summary(spec))
        .setStaticDetails(details(memo))
        .setMemo(memo.toMap())
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

  private static String details(RunMemo memo) {
    StringBuilder details = new StringBuilder();
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
    details.append("* results: `").append(memo.runUri()).append("`\n");
    if (!memo.originRunId().isEmpty()) {
      details.append("* retrained from: `").append(memo.originRunId()).append("`\n");
    }
    return details.toString();
  }
}
