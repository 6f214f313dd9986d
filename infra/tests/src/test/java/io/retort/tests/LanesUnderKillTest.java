package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.run.RunEnding;
import io.retort.run.RunWorkflow;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.DataSource;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.Lane;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.client.WorkflowNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lanes on a real Temporal server, with a control plane that is killed while runs are created and
 * while they end, and a worker that is killed while lanes hand over their slots.
 */
@Timeout(300)
final class LanesUnderKillTest {
  private static final int RUNS_A_LANE = 6;
  private static final int CLIENTS = 12;
  private static final int PARALLELISM = 2;

  private static final List<LanePolicy> POLICIES =
      Stream.of(LanePolicy.values())
          .filter(policy -> policy != LanePolicy.UNRECOGNIZED && policy.getNumber() > 0)
          .toList();

  /** The only run that a test terminates is of this lane, which none of its policy's rules ends. */
  private static final LanePolicy TERMINATED_IN = LanePolicy.LANE_POLICY_PARALLEL;

  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
  private final AtomicInteger accepted = new AtomicInteger();

  /** Ids of the runs that were accepted. */
  private final Map<LanePolicy, List<String>> runs = new TreeMap<>();

  private final Set<String> ended = new HashSet<>();

  /** When a run had its slot. */
  private record Slot(Timestamp from, Timestamp to) {}

  @Test
  void everyPolicyHoldsAndNoRunIsLost(@TempDir Path folder) throws Exception {
    Path data = Files.writeString(folder.resolve("a.jsonl"), "{}\n");
    try (LaneStack stack = new LaneStack(folder)) {
      POLICIES.forEach(policy -> set(stack, policy));
      createWhileControlIsKilled(stack, data);
      LaneRun terminated = endOneOfEachWhileTheWorkerIsKilled(stack);
      // Where a run arrives, the lane asks at once whether those with a slot live.
      add(TERMINATED_IN, create(stack, data, TERMINATED_IN, RUNS_A_LANE));
      endTheOthersWhileControlIsKilled(stack);

      for (LanePolicy policy : POLICIES) {
        LaneStack.await(
            policy + " has no run left",
            () ->
                lane(stack, policy).getHoldersCount() == 0
                    && lane(stack, policy).getWaitingCount() == 0);
        assertRules(stack, policy, terminated);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  private void createWhileControlIsKilled(LaneStack stack, Path data) throws Exception {
    List<Future<?>> creations = new ArrayList<>();
    for (int index = 0; index < RUNS_A_LANE; index++) {
      if (index == RUNS_A_LANE / 2) {
        LaneStack.await("some runs are accepted", () -> accepted.get() >= POLICIES.size());
        stack.control.kill();
        stack.control.start();
      }
      for (LanePolicy policy : POLICIES) {
        int number = index;
        creations.add(clients.submit(() -> add(policy, create(stack, data, policy, number))));
      }
    }
    for (Future<?> creation : creations) {
      Object unused = creation.get(2, TimeUnit.MINUTES);
    }
    assertThat(runs.values())
        .allSatisfy(ids -> assertThat(ids).doesNotHaveDuplicates().hasSize(RUNS_A_LANE));
  }

  /** Returns a run that was terminated meanwhile. */
  private LaneRun endOneOfEachWhileTheWorkerIsKilled(LaneStack stack) {
    Map<LanePolicy, LaneRun> first = new TreeMap<>();
    for (LanePolicy policy : POLICIES) {
      int slots = slots(policy);
      LaneStack.await(
          policy + " has given its slots", () -> lane(stack, policy).getHoldersCount() == slots);
      first.put(policy, lane(stack, policy).getHolders(0));
    }
    LaneRun terminated = lane(stack, TERMINATED_IN).getHolders(1);
    first.forEach(
        (policy, run) ->
            end(
                stack,
                run.getRunId(),
                policy == LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL
                    ? RunPhase.RUN_PHASE_FAILED
                    : RunPhase.RUN_PHASE_SUCCEEDED));
    stack.worker.kill();
    stack.temporal().newUntypedWorkflowStub(terminated.getRunId()).terminate("by the test");
    stack.worker.start();
    return terminated;
  }

  private void endTheOthersWhileControlIsKilled(LaneStack stack) {
    boolean killed = false;
    int all = runs.values().stream().mapToInt(List::size).sum();
    while (ended.size() < all) {
      for (LanePolicy policy : POLICIES) {
        ids(policy).stream().filter(run -> isClosed(stack, run)).forEach(ended::add);
        Lane lane = lane(stack, policy);
        if (lane.hasBlock()) {
          Object unused =
              stack.lanes(
                  api ->
                      api.unblockLane(
                          UnblockLaneRequest.newBuilder().setName(name(policy)).build()));
        }
        lane.getHoldersList().stream()
            .map(LaneRun::getRunId)
            .filter(run -> !ended.contains(run))
            .forEach(run -> end(stack, run, RunPhase.RUN_PHASE_SUCCEEDED));
      }
      if (!killed && ended.size() > all / 2) {
        stack.control.kill();
        stack.control.start();
        killed = true;
      }
    }
    assertThat(killed).isTrue();
  }

  private void assertRules(LaneStack stack, LanePolicy policy, LaneRun terminated) {
    List<Run> all =
        ids(policy).stream()
            .filter(run -> !run.equals(terminated.getRunId()))
            .map(run -> query(stack, run))
            .toList();
    List<Slot> slots =
        new ArrayList<>(
            all.stream()
                .filter(run -> run.getStagesCount() > 0)
                .map(run -> new Slot(run.getStages(0).getStartedAt(), run.getFinishedAt()))
                .toList());
    if (policy == TERMINATED_IN) {
      // Its workflow can no longer be queried.
      slots.add(
          new Slot(
              terminated.getAdmittedAt(), execution(stack, terminated.getRunId()).getCloseTime()));
    }
    assertThat(mostAtOnce(slots)).as("%s: runs at once", policy).isBetween(1, slots(policy));
    assertThat(all)
        .allSatisfy(
            run ->
                assertThat(phase(stack, run.getRunId()))
                    .as("%s: %s, as the control plane sees it", policy, run)
                    .isEqualTo(run.getPhase())
                    .isGreaterThanOrEqualTo(RunPhase.RUN_PHASE_SUCCEEDED));
    List<Run> cancelled =
        all.stream().filter(run -> run.getPhase() == RunPhase.RUN_PHASE_CANCELLED).toList();
    assertThat(cancelled)
        .allSatisfy(
            run ->
                assertThat(run.getWarningsList())
                    .as("%s: %s", policy, run)
                    .anySatisfy(warning -> assertThat(warning).contains(name(policy))));
    Run newest =
        all.stream()
            .max(
                Comparator.comparing(
                        (Run run) -> execution(stack, run.getRunId()).getStartTime(),
                        Timestamps.comparator())
                    .thenComparing(Run::getRunId))
            .orElseThrow();
    switch (policy) {
      case LANE_POLICY_PARALLEL, LANE_POLICY_SEQUENTIAL, LANE_POLICY_STRICT_SEQUENTIAL ->
          assertThat(slots).as("%s: every run has its turn", policy).hasSameSizeAs(ids(policy));
      case LANE_POLICY_FIRST_ONLY -> assertNeverBegan(policy, cancelled);
      case LANE_POLICY_LAST_ONLY ->
          assertThat(newest.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
      case LANE_POLICY_SERIAL_LATEST_ONLY -> {
        assertNeverBegan(policy, cancelled);
        assertThat(newest.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
      }
      case LANE_POLICY_UNSPECIFIED, UNRECOGNIZED -> throw new AssertionError(policy);
    }
  }

  private static void assertNeverBegan(LanePolicy policy, List<Run> cancelled) {
    assertThat(cancelled)
        .as("%s: a run that runs is not cancelled", policy)
        .isNotEmpty()
        .allSatisfy(run -> assertThat(run.getStagesList()).isEmpty());
  }

  private static int mostAtOnce(List<Slot> slots) {
    return slots.stream()
        .mapToInt(
            slot ->
                (int)
                    slots.stream()
                        .filter(
                            other ->
                                Timestamps.compare(other.from(), slot.from()) <= 0
                                    && Timestamps.compare(other.to(), slot.from()) > 0)
                        .count())
        .max()
        .orElse(0);
  }

  private static void set(LaneStack stack, LanePolicy policy) {
    SetLaneRequest.Builder request =
        SetLaneRequest.newBuilder().setName(name(policy)).setPolicy(policy);
    if (policy == LanePolicy.LANE_POLICY_PARALLEL) {
      request.setParallelism(PARALLELISM);
    }
    Object unused = stack.lanes(api -> api.setLane(request.build()));
  }

  private String create(LaneStack stack, Path data, LanePolicy policy, int number) {
    RunSpec.Builder spec =
        RunSpec.newBuilder().setName("held").setLastStage(LastStage.LAST_STAGE_CURATE);
    spec.getDataBuilder().addTrain(DataSource.newBuilder().setPath(data.toString()));
    String runId =
        stack
            .runs(
                api ->
                    api.createRun(
                        CreateRunRequest.newBuilder()
                            .setSpec(spec)
                            .setRequestId(name(policy) + "-" + number)
                            .setLane(name(policy))
                            .build()))
            .getRun()
            .getRunId();
    accepted.incrementAndGet();
    return runId;
  }

  private synchronized void add(LanePolicy policy, String runId) {
    runs.computeIfAbsent(policy, key -> new ArrayList<>()).add(runId);
  }

  private List<String> ids(LanePolicy policy) {
    return runs.getOrDefault(policy, List.of());
  }

  private static void end(LaneStack stack, String runId, RunPhase phase) {
    try {
      stack.temporal().newUntypedWorkflowStub(runId).signal(RunEnding.END, phase);
    } catch (WorkflowNotFoundException e) {
      // It has ended since the lane was asked.
    }
  }

  private static Lane lane(LaneStack stack, LanePolicy policy) {
    return stack
        .lanes(api -> api.getLane(GetLaneRequest.newBuilder().setName(name(policy)).build()))
        .getLane();
  }

  private static RunPhase phase(LaneStack stack, String runId) {
    return stack
        .runs(api -> api.getRun(GetRunRequest.newBuilder().setRunId(runId).build()))
        .getRun()
        .getPhase();
  }

  private static Run query(LaneStack stack, String runId) {
    return stack.temporal().newWorkflowStub(RunWorkflow.class, runId).getRun();
  }

  private static boolean isClosed(LaneStack stack, String runId) {
    return execution(stack, runId).getStatus()
        != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  }

  private static WorkflowExecutionInfo execution(LaneStack stack, String runId) {
    return stack.temporal().newUntypedWorkflowStub(runId).describe().getWorkflowExecutionInfo();
  }

  private static int slots(LanePolicy policy) {
    return policy == LanePolicy.LANE_POLICY_PARALLEL ? PARALLELISM : 1;
  }

  private static String name(LanePolicy policy) {
    return policy.name().replace("LANE_POLICY_", "").replace('_', '-').toLowerCase(Locale.ROOT);
  }
}
