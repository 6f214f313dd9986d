package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.lane.LaneClient;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListLanesResponse;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LaneServiceTest {
  private static ControlHarness control;
  private static LaneServiceGrpc.LaneServiceBlockingStub lanes;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
    lanes = control.client(LaneServiceGrpc.LaneServiceBlockingStub.class);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void setsAndChangesALaneAndSaysWhoDid() {
    LaneConfig first = set("changing", LanePolicy.LANE_POLICY_PARALLEL, 3);
    LaneConfig second = set("changing", LanePolicy.LANE_POLICY_LAST_ONLY, 0);

    assertThat(first.getRevision()).isEqualTo(1);
    assertThat(first.getChangedBy()).isEqualTo("local");
    assertThat(second.getRevision()).isEqualTo(2);
    assertThat(second.getParallelism()).isEqualTo(1);
    assertThat(get("changing").getConfig()).as("its workflow knows it").isEqualTo(second);
  }

  @Test
  void ofTwoWhoCreateALaneAtOnceOneIsToldOfTheOther() {
    SetLaneRequest create =
        SetLaneRequest.newBuilder()
            .setName("contended")
            .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
            .setExpectedRevision(0)
            .build();

    List<CompletableFuture<Status.Code>> answers =
        Stream.generate(() -> CompletableFuture.supplyAsync(() -> code(create))).limit(8).toList();

    assertThat(answers.stream().map(CompletableFuture::join))
        .containsOnlyOnce(Status.Code.OK)
        .containsOnly(Status.Code.OK, Status.Code.ABORTED);
    assertThat(get("contended").getConfig().getRevision()).isEqualTo(1);
  }

  @Test
  void aLaneIsReplacedOnlyInTheRevisionThatWasLookedAt() {
    SetLaneRequest.Builder change =
        SetLaneRequest.newBuilder()
            .setName("looked-at")
            .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
            .setExpectedRevision(1);
    StatusRuntimeException none =
        catchThrowableOfType(StatusRuntimeException.class, () -> lanes.setLane(change.build()));
    assertThat(none.getStatus().getDescription())
        .isEqualTo(
            "lane looked-at: there is none (expected: revision 1; look at it and set it again)");
    LaneConfig first = set("looked-at", LanePolicy.LANE_POLICY_LAST_ONLY, 0);

    assertThat(lanes.setLane(change.setExpectedRevision(first.getRevision()).build()).getConfig())
        .returns(2L, LaneConfig::getRevision);
    StatusRuntimeException older =
        catchThrowableOfType(StatusRuntimeException.class, () -> lanes.setLane(change.build()));
    assertThat(older.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(older.getStatus().getDescription())
        .isEqualTo(
            "lane looked-at: there is one, of revision 2, set by local (expected: revision 1; look"
                + " at it and set it again)");
    StatusRuntimeException greatest =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> lanes.setLane(change.setExpectedRevision(-1).build()));
    assertThat(greatest.getStatus().getDescription())
        .contains("expected: revision 18446744073709551615;");
  }

  @Test
  void aLaneWhoseWorkflowWasNotToldOfAChangeIsShownAsItIsStored() {
    LaneConfig first = set("untold", LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    control.refusals.refused.put(
        "SignalWithStartWorkflowExecution", Optional.of(Status.PERMISSION_DENIED));
    try {
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> set("untold", LanePolicy.LANE_POLICY_LAST_ONLY, 0));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(get("untold").getConfig().getRevision()).isEqualTo(first.getRevision() + 1);
    } finally {
      control.refusals.refused.clear();
    }

    LaneConfig shown = get("untold").getConfig();

    assertThat(shown.getPolicy()).isEqualTo(LanePolicy.LANE_POLICY_LAST_ONLY);
    assertThat(
            new LaneClient(control.temporal(), Duration.ofSeconds(10))
                .state("untold")
                .orElseThrow()
                .getConfig())
        .as("its workflow was told again")
        .isEqualTo(shown);
    assertThat(
            lanes
                .setLane(
                    SetLaneRequest.newBuilder()
                        .setName("untold")
                        .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
                        .setExpectedRevision(shown.getRevision())
                        .build())
                .getConfig()
                .getRevision())
        .isEqualTo(3);
  }

  @Test
  void listsLanesByNameInPages() {
    set("list-a", LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    set("list-b", LanePolicy.LANE_POLICY_SEQUENTIAL, 0);

    ListLanesResponse page =
        lanes.listLanes(ListLanesRequest.newBuilder().setPageSize(1).setPageToken("list").build());
    ListLanesResponse next =
        lanes.listLanes(
            ListLanesRequest.newBuilder()
                .setPageSize(1)
                .setPageToken(page.getNextPageToken())
                .build());

    assertThat(page.getLanesList()).extracting(LaneConfig::getName).containsExactly("list-a");
    assertThat(next.getLanesList()).extracting(LaneConfig::getName).containsExactly("list-b");
  }

  @Test
  void refusesWhatIsNoLane() {
    assertThat(refusedSet("A/b", LanePolicy.LANE_POLICY_SEQUENTIAL, 0)).contains("name");
    assertThat(refusedSet("a", LanePolicy.LANE_POLICY_UNSPECIFIED, 0)).contains("policy");
    assertThat(refusedSet("a", LanePolicy.LANE_POLICY_PARALLEL, 0))
        .isEqualTo("parallelism: 0 (expected: 1 to 100 for policy PARALLEL)");
    assertThat(refusedSet("a", LanePolicy.LANE_POLICY_PARALLEL, 101)).contains("parallelism");
    assertThat(refusedSet("a", LanePolicy.LANE_POLICY_FIRST_ONLY, 2))
        .isEqualTo("parallelism: 2 (expected: not set, except for policy PARALLEL)");
    StatusRuntimeException absent =
        catchThrowableOfType(StatusRuntimeException.class, () -> get("../runs"));
    assertThat(absent.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(StatusProto.fromThrowable(absent).getDetailsCount()).as("category").isEqualTo(1);
  }

  @Test
  void launchesOnlyInALaneThatExists() {
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> create("absent", "r0"));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo("lane: \"absent\" (expected: one that `retort lanes list` shows, or none)");

    set("launches", LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    Run run = create("launches", "r1");
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_QUEUED);
    assertThat(run.getLane().getDetail()).isEqualTo("waiting in lane launches");
    assertThat(create("launches", "r1").getRunId()).isEqualTo(run.getRunId());
    StatusRuntimeException reused =
        catchThrowableOfType(StatusRuntimeException.class, () -> create("", "r1"));
    assertThat(reused.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void aRetrainHasItsOwnLane() {
    set("retrains", LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    String origin = control.create("succeeds").getRunId();

    Run retrain =
        control
            .api
            .retrainRun(RetrainRunRequest.newBuilder().setRunId(origin).setLane("retrains").build())
            .getRun();

    assertThat(retrain.getLane().getLane()).isEqualTo("retrains");
  }

  @Test
  void unblocksALaneThatAFailedRunBlocks() {
    LaneConfig unused = set("strict", LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL, 0);
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, LaneServiceTest::unblock);
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refusal.getStatus().getDescription()).contains("not blocked");

    String runId = control.blockLane("strict");
    assertThat(get("strict").getBlock().getRunId()).isEqualTo(runId);
    assertThat(unblock().hasBlock()).isFalse();
    assertThat(get("strict").hasBlock()).isFalse();
  }

  private static Run create(String lane, String requestId) {
    return control
        .api
        .createRun(
            CreateRunRequest.newBuilder()
                .setSpec(ControlHarness.spec("waits"))
                .setRequestId(requestId)
                .setLane(lane)
                .build())
        .getRun();
  }

  private static LaneConfig set(String name, LanePolicy policy, int parallelism) {
    return lanes
        .setLane(
            SetLaneRequest.newBuilder()
                .setName(name)
                .setPolicy(policy)
                .setParallelism(parallelism)
                .build())
        .getConfig();
  }

  private static String refusedSet(String name, LanePolicy policy, int parallelism) {
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> set(name, policy, parallelism));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    return String.valueOf(refusal.getStatus().getDescription());
  }

  private static Status.Code code(SetLaneRequest request) {
    try {
      LaneConfig unused = lanes.setLane(request).getConfig();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static Lane get(String name) {
    return lanes.getLane(GetLaneRequest.newBuilder().setName(name).build()).getLane();
  }

  private static Lane unblock() {
    return lanes.unblockLane(UnblockLaneRequest.newBuilder().setName("strict").build()).getLane();
  }
}
