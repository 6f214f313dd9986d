package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.layout.RunLayout;
import io.retort.plan.Admission;
import io.retort.run.RunStages;
import io.retort.run.RunWorkflow;
import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecException;
import io.retort.spec.SpecValidator;
import io.retort.spec.SpecViolation;
import io.retort.v1.LanePlace;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  private final Admission admission;
  private final LaneTeams lanes;
  private final LaunchRecords launches;

  RunLauncher(
      Workflows workflows,
      RunReader reader,
      RecordedRuns runs,
      RunIndex index,
      SpecDefaults defaults,
      RunIds ids,
      Clock clock,
      String storeUri,
      Admission admission,
      LaneTeams lanes,
      LaunchRecords launches) {
    this.workflows = workflows;
    this.reader = reader;
    this.runs = runs;
    this.index = index;
    this.defaults = defaults;
    this.ids = ids;
    this.clock = clock;
    this.storeUri = storeUri;
    this.admission = admission;
    this.lanes = lanes;
    this.launches = launches;
  }

  /**
   * The run that the same request has started; empty for a request that has not started one, or
   * whose run follows from what it resolves to. Throws ALREADY_EXISTS if another request had its
   * id.
   */
  Optional<Run> repeated(SentRequest request) {
    Optional<String> runId = launches.runId(request);
    if (runId.isPresent() && reader.isDeleted(runId.get())) {
      throw ApiErrors.requestOfDeleted(request.requestId(), runId.get());
    }
    return runId.flatMap(reader::find);
  }

  /** Starts a run, or returns the one that the same request has started. */
  Run launch(RunLaunch launch) throws SpecException {
    String requestId = launch.requestId();
    RunRequest complete = complete(launch);
    RunSpec spec = complete.getSpec();
    String runId =
        requestId.isEmpty()
            ? ids.next(spec.getName())
            : RunIds.ofRequest(spec.getName(), (launch.rescores() ? RESCORED : "") + requestId);
    if (!requestId.isEmpty() && isRecorded(runId)) {
      // Temporal itself would start the workflow again after the retention of the first one.
      return existing(runId, launch, spec);
    }
    try {
      admission.check(spec, runId);
    } catch (SpecException e) {
      // The run that the same request has started goes on without files that were deleted since.
      if (!requestId.isEmpty() && workflows.describe(runId).isPresent()) {
        return existing(runId, launch, spec);
      }
      throw e;
    }
    return start(launch, complete, launches.keep(launch.sent(), runId));
  }

  private Run start(RunLaunch launch, RunRequest complete, String runId) {
    RunSpec spec = complete.getSpec();
    RunMemo memo =
        new RunMemo(
            launch.asked(),
            spec,
            launch.originRunId(),
            new RunLayout(storeUri, runId).run(),
            launch.tags());
    RunRequest request = launch.tags().addTo(complete.toBuilder()).setRunId(runId).build();
    if (!workflows.start(
        RunWorkflowOptions.of(runId, memo, launch.lane(), launch.sent().digest()),
        RunWorkflow.TYPE,
        request)) {
      return existing(runId, launch, spec);
    }
    keepAsked(runId, launch.asked());
    index.launched(runId);
    LOG.info("run {} is started", runId);
    Run.Builder run =
        launch
            .tags()
            .addTo(Run.newBuilder())
            .setRunId(runId)
            .setPhase(RunPhase.RUN_PHASE_QUEUED)
            .setSpec(spec)
            .setOriginRunId(launch.originRunId())
            .addAllFreshStages(launch.fresh())
            .setRescores(launch.rescores())
            .setCreatedAt(Timestamps.fromMillis(clock.millis()));
    if (spec.getJudge().hasBudget()) {
      run.setBudget(spec.getJudge().getBudget());
    }
    String lane = launch.lane();
    if (!lane.isEmpty()) {
      run.setLane(LanePlace.newBuilder().setLane(lane).setDetail("waiting in lane " + lane));
    }
    return RunView.withActions(run.build());
  }

  /**
   * A run that would be accepted, without an id; starts nothing.
   *
   * @throws SpecException with all violations of the request and of the spec, or else with the
   *     locations that are not there
   */
  RunRequest admissible(RunLaunch launch) throws SpecException {
    RunRequest request = complete(launch);
    admission.check(request.getSpec(), request.getSpec().getName());
    return request;
  }

  /**
   * The same, whether or not what the spec names is there.
   *
   * @throws SpecException with all violations of the request and of the spec
   */
  RunRequest complete(RunLaunch launch) throws SpecException {
    List<SpecViolation> ofRequest = new ArrayList<>();
    if (!RunIds.isValidRequest(launch.requestId())) {
      ofRequest.add(
          new SpecViolation(
              "request_id",
              '"' + launch.requestId() + "\" (expected: up to 64 letters, digits and hyphens)"));
    }
    try {
      lanes.violation(launch.lane(), launch.asked()).ifPresent(ofRequest::add);
    } catch (IOException e) {
      throw ApiErrors.store("look up lane " + launch.lane(), e);
    }
    List<SpecViolation> ofSpec = validator.validate(launch.asked());
    if (!ofSpec.isEmpty()) {
      throw new SpecException(Stream.concat(ofRequest.stream(), ofSpec.stream()).toList());
    }
    RunSpec spec = defaults.fill(launch.asked());
    for (Stage stage : launch.fresh()) {
      if (!RunStages.of(spec).contains(stage)) {
        ofRequest.add(
            new SpecViolation(
                "fresh_stages",
                stage + " (expected: a stage of this run: " + RunStages.of(spec) + ")"));
      }
    }
    if (!ofRequest.isEmpty()) {
      throw ApiErrors.invalid(ofRequest);
    }
    return RunRequest.newBuilder()
        .setSpec(spec)
        .setOriginRunId(launch.originRunId())
        .setStoreUri(storeUri)
        .addAllFreshStages(launch.fresh())
        .setRescores(launch.rescores())
        .setLane(launch.lane())
        .build();
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

  private Run existing(String runId, RunLaunch launch, RunSpec filled) {
    if (reader.isDeleted(runId)) {
      throw ApiErrors.requestOfDeleted(launch.requestId(), runId);
    }
    Optional<WorkflowExecutionInfo> known =
        workflows.describe(runId).map(DescribeWorkflowExecutionResponse::getWorkflowExecutionInfo);
    Optional<RunMemo> memo = known.flatMap(found -> RunMemo.of(found, workflows));
    Optional<RunSpec> earlier = memo.map(RunMemo::asked).or(() -> reader.recordedAsked(runId));
    Run run = reader.get(runId);
    String lane =
        known
            .map(found -> workflows.memo(found, RunReader.LANE))
            .orElseGet(() -> run.getLane().getLane());
    String sent = known.map(found -> workflows.memo(found, RunReader.REQUEST)).orElse("");
    boolean same =
        (sent.isEmpty() || launch.sent().digest().isEmpty())
            ? run.getOriginRunId().equals(launch.originRunId())
                && lane.equals(launch.lane())
                // Before a worker has answered, a run that Temporal knows does not have them.
                && (known.isPresent() || run.getFreshStagesList().equals(launch.fresh()))
                // A retrain takes over labels of its origin, which may have changed since.
                && (!launch.originRunId().isEmpty()
                    || memo.map(RunMemo::tags).map(launch.tags()::isSameRequest).orElse(true))
                && (earlier.isPresent()
                    ? earlier.get().equals(launch.asked())
                    : run.getSpec().equals(filled))
            : sent.equals(launch.sent().digest());
    if (!same) {
      throw ApiErrors.requestReused(launch.requestId(), runId);
    }
    // The spec is not stored yet if Temporal accepted the start but its response was late.
    keepAsked(runId, earlier.orElse(launch.asked()));
    return run;
  }
}
