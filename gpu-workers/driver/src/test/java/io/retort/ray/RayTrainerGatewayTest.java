package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ray.api.PlacementGroups;
import io.ray.api.placementgroup.PlacementGroup;
import io.retort.training.Placement;
import io.retort.training.TrainerException;
import io.retort.training.TrainerGateway;
import io.retort.training.TrainerHandle;
import io.retort.v1.FailureCategory;
import io.retort.v1.PlacementStrategy;
import io.retort.v1.ResourceSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RayTrainerGatewayTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(200);

  private static RayTestCluster cluster;
  private static RayConnection connection;
  private static TrainerGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    cluster = RayTestCluster.start();
    connection = cluster.connect();
    gateway = RayTestCluster.gateway(connection, "retort_driver_fixture.actor", "TrainerActor");
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    if (connection != null) {
      connection.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void startsAndFollowsATrainer() throws TrainerException {
    long token = (1L << 52) + 1;
    TrainerHandle trainer = create(gateway, "run/follow");

    trainer.ping(LONG);
    TrainerStatus started = trainer.start(job("follow"), token, LONG);

    assertThat(started.getState()).isEqualTo(TrainerState.TRAINER_STATE_RUNNING);
    assertThat(started.getProgress().getDone()).isEqualTo(token);
    assertThat(started.getProgress().getUnit()).isEqualTo("run");
    assertThat(trainer.status(LONG)).isEqualTo(started);
    assertThat(trainer.stop(LONG).getState()).isEqualTo(TrainerState.TRAINER_STATE_STOPPED);
    gateway.release("run/follow");
  }

  @Test
  void adoptsATrainerByName() throws TrainerException {
    TrainerStatus started = create(gateway, "run/adopt").start(job("adopt"), 1, LONG);

    TrainerHandle adopted = gateway.find("run/adopt").orElseThrow();

    assertThat(adopted.status(LONG)).isEqualTo(started);
    assertThat(adopted.start(job("adopt"), 2, LONG).getProgress().getDone()).isEqualTo(2);
    assertThatThrownBy(() -> gateway.create("run/adopt", cpus(1)))
        .isInstanceOf(TrainerException.Unreachable.class)
        .hasMessageContaining("exists");
    gateway.release("run/adopt");
  }

  @Test
  void aTrainerOutlivesItsDriver() throws Exception {
    try (DriverProcess driver =
        DriverProcess.start(
            AbandoningDriver.class,
            cluster.address().toString(),
            RayTestCluster.codeSearchPath(),
            "outlive")) {
      assertThat(driver.writes("TRAINER_STATE_RUNNING")).isTrue();
      assertThat(driver.process().destroyForcibly().waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    TrainerHandle adopted = gateway.find("run/outlive").orElseThrow();

    assertThat(adopted.status(LONG).getProgress().getDone()).isEqualTo(1);
    gateway.release("run/outlive");
  }

  @Test
  void releasingFreesNameAndResources() throws TrainerException {
    TrainerHandle first = create(gateway, "run/release");
    first.ping(LONG);

    gateway.release("run/release");
    gateway.release("run/release");

    assertThat(gateway.find("run/release")).isEmpty();
    assertThatThrownBy(() -> first.status(LONG)).isInstanceOf(TrainerException.Died.class);
    create(gateway, "run/release").ping(LONG);
    gateway.release("run/release");
  }

  @Test
  void seesThatATrainerDied() throws TrainerException {
    TrainerHandle trainer = create(gateway, "run/exit");
    trainer.ping(LONG);

    assertThatThrownBy(() -> trainer.start(job("exit"), 1, LONG))
        .isInstanceOf(TrainerException.Died.class);
    assertThat(gateway.find("run/exit")).isEmpty();
    gateway.release("run/exit");
  }

  @Test
  void aLateAnswerIsNotLost() throws TrainerException {
    TrainerHandle trainer = create(gateway, "run/hang");
    trainer.ping(LONG);

    assertThatThrownBy(() -> trainer.start(job("hang"), 1, SHORT))
        .isInstanceOf(TrainerException.Unreachable.class)
        .hasMessageContaining("run/hang.start: no answer within 200 ms");
    assertThat(trainer.stop(LONG).getState()).isEqualTo(TrainerState.TRAINER_STATE_STOPPED);
    assertThat(trainer.start(job("hang"), 1, LONG).getState())
        .isEqualTo(TrainerState.TRAINER_STATE_STOPPED);
    gateway.release("run/hang");
  }

  @Test
  void tellsWhatATrainerDidWrong() throws TrainerException {
    TrainerHandle trainer = create(gateway, "run/wrong");

    assertThatThrownBy(() -> trainer.start(job("raise"), 1, LONG))
        .isInstanceOf(TrainerException.Misbehaved.class)
        .hasMessageContaining("ValueError: no such job");
    assertThatThrownBy(() -> trainer.start(job("garbage"), 1, LONG))
        .isInstanceOf(TrainerException.Misbehaved.class)
        .hasMessageContaining("expected: TrainerStatus");
    trainer.ping(LONG);
    gateway.release("run/wrong");
  }

  @Test
  void knowsWhatTheClusterCanNeverHold() throws TrainerException {
    ResourceSpec eightGpus = ResourceSpec.newBuilder().setCpus(1).setGpus(8).build();

    assertThat(gateway.infeasibility(eightGpus)).contains("needs 8 GPU, cluster has 0");
    assertThat(gateway.infeasibility(cpus(2))).isEmpty();
    assertThat(connection.gpus()).isZero();
  }

  @Test
  void aGangIsPlacedAsAWholeAndLeavesItsBundlesToTheRanks() throws TrainerException {
    ResourceSpec gang =
        ResourceSpec.newBuilder()
            .setCpus(1)
            .setRanks(2)
            .setMemoryGib(0.01)
            .setPlacement(PlacementStrategy.PLACEMENT_STRATEGY_STRICT_PACK)
            .build();
    awaitReady(gateway.reserve("run/gang", gang));

    PlacementGroup group = PlacementGroups.getPlacementGroup("run/gang", RayConnection.NAMESPACE);
    assertThat(group.getBundles())
        .hasSize(2)
        .allSatisfy(bundle -> assertThat(bundle).containsEntry("CPU", 1.0).containsKey("memory"));
    TrainerHandle trainer = gateway.create("run/gang", gang);
    trainer.ping(LONG);
    assertThat(trainer.start(job("gang"), 1, LONG).getState())
        .isEqualTo(TrainerState.TRAINER_STATE_RUNNING);
    gateway.release("run/gang");
  }

  @Test
  void waitsForResourcesInUse() throws TrainerException {
    Placement all = gateway.reserve("run/all", cpus(2));
    awaitReady(all);
    Placement waiting = gateway.reserve("run/waiting", cpus(2));

    // The first check may still wait for the task that creates the group.
    assertThat(waiting.isReady(Duration.ofSeconds(1))).isFalse();
    assertThat(waiting.isReady(Duration.ofSeconds(1))).isFalse();

    gateway.release("run/all");
    awaitReady(waiting);
    gateway.release("run/waiting");
  }

  @Test
  void aReservationReleasedAtOnceHoldsNothing() throws TrainerException {
    awaitReady(gateway.reserve("run/all", cpus(2)));

    Placement unused = gateway.reserve("run/early", cpus(2));
    gateway.release("run/early");
    gateway.release("run/all");

    awaitReady(gateway.reserve("run/next", cpus(2)));
    assertThat(gateway.names()).contains("run/next").doesNotContain("run/early", "run/all");
    gateway.release("run/next");
  }

  @Test
  void aClusterThatIsSilentForAWhileIsNotGone() throws Exception {
    TrainerHandle trainer = create(gateway, "run/silent");
    trainer.ping(LONG);
    signal("STOP", cluster.head().gcsServer());
    try {
      assertThatThrownBy(gateway::names)
          .isExactlyInstanceOf(TrainerException.Unreachable.class)
          .hasMessageContaining("no answer within 10000 ms");
      trainer.ping(LONG);
    } finally {
      signal("CONT", cluster.head().gcsServer());
    }

    assertThat(gateway.names()).contains("run/silent");
    assertThat(connection.lost()).isNotDone();
    trainer.ping(LONG);
    gateway.release("run/silent");
  }

  @Test
  void theRealTrainerKeepsTheContract() throws TrainerException {
    TrainerGateway real = connection.gateway();
    TrainerHandle trainer = create(real, "run/real");

    TrainerStatus status = trainer.start(TrainerJob.getDefaultInstance(), 1, LONG);

    assertThat(status.getState()).isEqualTo(TrainerState.TRAINER_STATE_FAILED);
    assertThat(status.getError().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    real.release("run/real");
  }

  private static TrainerHandle create(TrainerGateway gateway, String name) throws TrainerException {
    assertThat(gateway.find(name)).isEqualTo(Optional.empty());
    awaitReady(gateway.reserve(name, cpus(1)));
    return gateway.create(name, cpus(1));
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  private static void awaitReady(Placement placement) throws TrainerException {
    while (!placement.isReady(Duration.ofSeconds(1))) {}
  }

  private static ResourceSpec cpus(double cpus) {
    return ResourceSpec.newBuilder().setCpus(cpus).build();
  }

  private static TrainerJob job(String name) {
    return TrainerJob.newBuilder().setRunId("run").setJobName(name).build();
  }
}
