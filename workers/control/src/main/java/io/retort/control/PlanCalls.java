package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.identity.Caller;
import io.retort.lineage.RunLineage;
import io.retort.plan.AdmissionBatches;
import io.retort.plan.AdmissionWorkflow;
import io.retort.plan.PlanWorkflow;
import io.retort.plan.RunPlanner;
import io.retort.registry.ModelRegistry;
import io.retort.v1.AdmissionResponse;
import io.retort.v1.Plan;
import io.retort.v1.RelatedRun;
import io.retort.v1.Role;
import io.retort.v1.Run;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Connects plans, admissions and lineage with Temporal and the store. */
final class PlanCalls {
  /** After this time Temporal forgets the workflow; nobody waits for so long. */
  private static final Duration LONGEST_PLAN = Duration.ofMinutes(1);

  private static final Duration LONGEST_ADMISSION = Duration.ofSeconds(10);

  /** Runs whose results a plan is compared with. */
  private static final int COMPARED_RUNS = 50;

  static AdmissionBatches admissions(Workflows workflows) {
    return new AdmissionBatches(
        (request, attempt) ->
            workflows.callBriefly(
                ShortCall.of(
                    "admission", LONGEST_ADMISSION, AdmissionWorkflow.TYPE, request, attempt),
                AdmissionResponse.class));
  }

  static RunPlanner planner(Workflows workflows, RunReader reader, RunIndex index) {
    return new RunPlanner(
        request ->
            workflows.call(
                ShortCall.of(
                    "plan",
                    LONGEST_PLAN,
                    PlanWorkflow.TYPE,
                    request,
                    "plan run " + request.getRun().getSpec().getName()),
                Plan.class),
        reader::find,
        () -> latest(index));
  }

  static RunLineage lineage(RunReader reader, RunIndex index, ModelRegistry models) {
    return new RunLineage(
        runId ->
            reader
                .find(runId)
                .filter(
                    run ->
                        Caller.current()
                            .holds(Role.ROLE_VIEWER, RequestResources.teamOf(run.getSpec()))),
        runId -> retrains(index, runId),
        models);
  }

  private static List<Run> latest(RunIndex index) {
    return visible(index).limit(COMPARED_RUNS).map(IndexedRun::run).toList();
  }

  private static List<RelatedRun> retrains(RunIndex index, String runId) {
    return visible(index)
        .filter(run -> run.subject().origin().equals(runId))
        .map(
            run ->
                RelatedRun.newBuilder()
                    .setRunId(run.runId())
                    .setPhase(run.phase())
                    .setCreatedAt(Timestamps.fromMillis(run.createdMillis()))
                    .build())
        .toList();
  }

  /** Ids of the runs that the caller may see. */
  static Set<String> visibleIds(RunIndex index) {
    return visible(index).map(IndexedRun::runId).collect(Collectors.toSet());
  }

  /** Newest first. */
  private static Stream<IndexedRun> visible(RunIndex index) {
    Caller caller = Caller.current();
    return index.snapshot().runs().stream().filter(run -> run.isVisibleTo(caller));
  }

  private PlanCalls() {}
}
