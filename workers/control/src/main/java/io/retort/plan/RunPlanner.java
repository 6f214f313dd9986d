package io.retort.plan;

import io.retort.v1.Plan;
import io.retort.v1.PlanRequest;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans runs by a workflow of the pipeline worker, which sees data, models and results. */
public final class RunPlanner {
  private static final Logger LOG = LoggerFactory.getLogger(RunPlanner.class);

  /** Less than a caller waits for a call. */
  private static final int LIMIT_SECONDS = 18;

  private final Function<PlanRequest, Plan> workflow;
  private final Function<String, Optional<Run>> byId;
  private final Supplier<List<Run>> latest;

  /**
   * @param workflow runs the workflow and waits for its plan
   * @param byId a run, empty if it is not known
   * @param latest the latest runs, newest first
   */
  public RunPlanner(
      Function<PlanRequest, Plan> workflow,
      Function<String, Optional<Run>> byId,
      Supplier<List<Run>> latest) {
    this.workflow = workflow;
    this.byId = byId;
    this.latest = latest;
  }

  /**
   * @param request complete except for the id of the run
   */
  public Plan plan(RunRequest request) {
    return workflow.apply(
        PlanRequest.newBuilder()
            .setRun(request)
            .addAllCandidates(EarlierResults.of(earlier(request)))
            .setLimitSeconds(LIMIT_SECONDS)
            .build());
  }

  /** The origin first, then runs of the same name, then the others. */
  private List<Run> earlier(RunRequest request) {
    List<Run> runs = new ArrayList<>();
    try {
      if (!request.getOriginRunId().isEmpty()) {
        byId.apply(request.getOriginRunId()).ifPresent(runs::add);
      }
      List<Run> recorded = latest.get();
      recorded.stream().filter(run -> isNamesake(run, request)).forEach(runs::add);
      recorded.stream().filter(run -> !isNamesake(run, request)).forEach(runs::add);
    } catch (RuntimeException e) {
      // A plan without comparisons still tells what is a HIT.
      LOG.warn("a plan is made without all earlier runs", e);
    }
    return runs;
  }

  private static boolean isNamesake(Run run, RunRequest request) {
    return run.getSpec().getName().equals(request.getSpec().getName());
  }
}
