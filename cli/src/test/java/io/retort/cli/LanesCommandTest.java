package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetLaneResponse;
import io.retort.v1.Lane;
import io.retort.v1.LaneBlock;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.ListLanesResponse;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.SetLaneResponse;
import io.retort.v1.UnblockLaneRequest;
import io.retort.v1.UnblockLaneResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LanesCommandTest {
  private static final LaneConfig CONFIG =
      LaneConfig.newBuilder()
          .setName("nightly")
          .setPolicy(LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL)
          .setParallelism(1)
          .setRevision(3)
          .setChangedBy("ann")
          .build();

  private Path folder = Path.of("");
  private Server control;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    control =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new FakeLanes())
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    control.shutdownNow();
  }

  @Test
  void showsLanesWithTheirRunsAndWhatBlocksThem() throws Exception {
    assertThat(retort("lanes", "list").output())
        .isEqualTo("nightly                        STRICT_SEQUENTIAL");
    assertThat(retort("lanes", "show", "nightly").output().lines().map(String::strip))
        .containsExactly(
            "nightly                        STRICT_SEQUENTIAL",
            "revision 3, set by ann",
            "BLOCKED since 1970-01-01T00:00:00Z by run a-1 (FAILED): retort lanes unblock nightly",
            "runs     2 hidden",
            "place 2  b-1",
            "place 4  c-1",
            "waiting  5 more, 3 of them hidden");
    assertThat(retort("lanes", "unblock", "nightly").output())
        .doesNotContain("BLOCKED")
        .contains("runs     b-1");
  }

  @Test
  void setsALaneByTheNameOfItsPolicy() throws Exception {
    assertThat(retort("lanes", "set", "x", "--policy", "parallel", "--parallelism", "4").output())
        .isEqualTo("x                              PARALLEL(4)");
    assertThat(retort("lanes", "set", "x", "--policy", "last-only", "--team", "nlp").output())
        .isEqualTo("x                              LAST_ONLY  team nlp");

    assertThat(
            retort("lanes", "set", "x", "--policy", "last-only", "--expected-revision", "7")
                .output())
        .isEqualTo("x                              LAST_ONLY  team instead-of-7");
    Ended negative =
        retort("lanes", "set", "x", "--policy", "last-only", "--expected-revision", "-1");
    assertThat(negative.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(negative.output())
        .startsWith("error: --expected-revision: -1 (expected: 0 or more)");

    Ended refused = retort("lanes", "set", "x", "--policy", "random");
    assertThat(refused.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(refused.output())
        .startsWith(
            "error: --policy: random (expected: PARALLEL, SEQUENTIAL, STRICT_SEQUENTIAL, FIRST_ONLY,"
                + " LAST_ONLY, SERIAL_LATEST_ONLY)");
  }

  private Ended retort(String... arguments) throws Exception {
    return new RetortProcess(folder, "127.0.0.1:" + control.getPort()).run(arguments);
  }

  private static final class FakeLanes extends LaneServiceGrpc.LaneServiceImplBase {
    @Override
    public void listLanes(ListLanesRequest request, StreamObserver<ListLanesResponse> observer) {
      observer.onNext(ListLanesResponse.newBuilder().addLanes(CONFIG).build());
      observer.onCompleted();
    }

    @Override
    public void getLane(GetLaneRequest request, StreamObserver<GetLaneResponse> observer) {
      Lane lane =
          Lane.newBuilder()
              .setConfig(CONFIG)
              .setBlock(
                  LaneBlock.newBuilder()
                      .setRunId("a-1")
                      .setOutcome(LaneOutcome.LANE_OUTCOME_FAILED))
              .setHoldersTotal(2)
              .addWaiting(LaneRun.newBuilder().setRunId("b-1").setPlace(2))
              .addWaiting(LaneRun.newBuilder().setRunId("c-1").setPlace(4))
              .setWaitingTotal(7)
              .setWaitingHidden(3)
              .build();
      observer.onNext(GetLaneResponse.newBuilder().setLane(lane).build());
      observer.onCompleted();
    }

    @Override
    public void unblockLane(
        UnblockLaneRequest request, StreamObserver<UnblockLaneResponse> observer) {
      Lane lane =
          Lane.newBuilder()
              .setConfig(CONFIG)
              .addHolders(LaneRun.newBuilder().setRunId("b-1"))
              .build();
      observer.onNext(UnblockLaneResponse.newBuilder().setLane(lane).build());
      observer.onCompleted();
    }

    @Override
    public void setLane(SetLaneRequest request, StreamObserver<SetLaneResponse> observer) {
      observer.onNext(
          SetLaneResponse.newBuilder()
              .setConfig(
                  LaneConfig.newBuilder()
                      .setName(request.getName())
                      .setPolicy(request.getPolicy())
                      .setParallelism(request.getParallelism())
                      .setTeam(
                          request.hasExpectedRevision()
                              ? "instead-of-" + request.getExpectedRevision()
                              : request.getTeam()))
              .build());
      observer.onCompleted();
    }
  }
}
