package io.retort.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.JsonFormat;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.ray.RayConnection;
import io.retort.ray.RayTestCluster;
import io.retort.ray.RayTestNode;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CustomResource;
import io.retort.v1.PlacementStrategy;
import io.retort.v1.ResourceSpec;
import io.retort.v1.StudentTemplate;
import io.retort.v1.TraceFormat;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainingJob;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingSpec;
import io.retort.v1.TrainingStage;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attempts at a real training on a real Ray cluster, each with a fault at its third step, after the
 * checkpoint of the second step. The trainer holds at that step, so that the tests do not depend on
 * speed.
 */
@Timeout(300)
final class TrainerFaultsTest {
  private static final int STEPS = 6;
  private static final int HELD_STEP = 3;
  private static final String ACTOR = "HeldTrainer";
  private static final String FAR = "far";
  private static final TrainerTiming QUICK =
      new TrainerTiming(
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10));

  private static RayTestCluster cluster;
  private static RayConnection connection;
  private static TrainerGateway gateway;
  private static Path data;
  private static ArtifactRef rows;

  private final Path folder;
  private TrainerJob job;

  TrainerFaultsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    job = training("sft", ResourceSpec.newBuilder().setCpus(1));
    Files.createFile(holdOf(job));
  }

  @BeforeAll
  static void start(@TempDir Path shared) throws Exception {
    data = shared;
    rows = writeModelAndRows(shared);
    cluster = RayTestCluster.startExtensible();
    connection = cluster.connect();
    gateway = RayTestCluster.gateway(connection, "retort_driver_fixture.held", ACTOR);
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
  void aTrainerThatDiedResumesFromTheLastCompleteCheckpoint() throws Exception {
    Attempt first = new Attempt(job, 1);
    first.whenHeld(() -> only(cluster.head().actors(ACTOR)).destroyForcibly());

    assertThat(first.failure().getType()).isEqualTo("PLATFORM/TRAINER_DIED");
    letGo(job);
    TrainingResult result = new Attempt(job, 2).after(first).result();

    assertThat(result.getResumedFromStep()).isEqualTo(2);
    assertThat(result.getSteps()).isEqualTo(STEPS);
  }

  @Test
  void aTrainerThatDoesNotAnswerIsLeftAloneAndAdopted() throws Exception {
    Attempt first = new Attempt(job, 1);
    first.whenHeld(
        () -> {
          signal("STOP");
          first.becomeImpatient();
        });

    assertThat(first.failure().getType()).isEqualTo("PLATFORM/TRAINER_UNREACHABLE");
    ProcessHandle trainer = only(cluster.head().actors(ACTOR));
    signal("CONT");
    Attempt second = new Attempt(job, 2).after(first);
    second.whenHeld(
        () -> {
          assertThat(cluster.head().actors(ACTOR)).containsExactly(trainer);
          letGo(job);
        });
    TrainingResult result = second.result();

    assertThat(result.getResumedFromStep()).isZero();
    assertThat(result.getCurveCount()).isEqualTo(STEPS);
  }

  @Test
  void ofTwoDriversAtOnceOnlyTheNewerPublishes() throws Exception {
    TrainerJob same = job.toBuilder().setJobName("sft-of-another-driver").build();
    // Deleted when the newer attempt has published it: no process may write it again.
    Path model = folder.resolve("checkpoints/final/COMPLETE.json");
    Attempt older = new Attempt(job, 1);
    older.whenHeld(
        () -> {
          TrainingResult newer = new Attempt(same, 2).result();
          assertThat(newer.getResumedFromStep()).isEqualTo(2);
          Files.move(model, folder.resolve("newer"));
          letGo(job);
        });

    assertThat(older.failure().getType()).isEqualTo("PLATFORM/FENCED");
    assertThat(model).doesNotExist();
  }

  @Test
  void aGangThatLostANodeWaitsForAnotherOneAndResumes() throws Exception {
    List<RayTestNode> nodes = List.of(cluster.addNode(FAR), cluster.addNode(FAR));
    job =
        training(
            "sft",
            ResourceSpec.newBuilder()
                .setCpus(1)
                .setRanks(2)
                .addCustom(CustomResource.newBuilder().setName(FAR).setAmount(1))
                .setPlacement(PlacementStrategy.PLACEMENT_STRATEGY_STRICT_SPREAD));
    Attempt first = new Attempt(job, 1);
    first.whenHeld(
        () -> only(nodes.stream().filter(node -> node.actors(ACTOR).isEmpty()).toList()).kill());

    ApplicationFailure lost = first.failure();
    assertThat(lost.getType()).isEqualTo("PLATFORM/RANK_LOST");
    assertThat(lost.isNonRetryable()).isFalse();
    letGo(job);
    Attempt second = new Attempt(job, 2).after(first);
    second.whenWaiting(() -> cluster.addNode(FAR));
    TrainingResult result = second.result();

    assertThat(second.hasMet()).isTrue();
    assertThat(result.getRanks()).isEqualTo(2);
    assertThat(result.getResumedFromStep()).isEqualTo(2);
    assertThat(result.getSteps()).isEqualTo(STEPS);
  }

  /** One attempt of the activity at a job, with an action at one of its heartbeats. */
  private final class Attempt {
    private final TrainerJob attempted;
    private final FakeActivityInfo info;
    private final FakeActivityContext context;
    private boolean met;

    Attempt(TrainerJob attempted, int number) {
      this.attempted = attempted;
      info = new FakeActivityInfo(number, 1_700_000_000_000L + number);
      context = new FakeActivityContext(info);
    }

    /** From now on, a silent trainer is given up after four seconds. */
    void becomeImpatient() {
      context.info =
          new FakeActivityInfo(info.attempt(), info.scheduledMillis(), Duration.ofSeconds(5));
    }

    /** Starts with the last heartbeat of the previous attempt. */
    Attempt after(Attempt before) {
      context.previous = Optional.of(before.last());
      return this;
    }

    /** Acts once the trainer holds and its checkpoint is complete. */
    void whenHeld(Action action) {
      at(
          heartbeat ->
              heartbeat.getState() == TrainerState.TRAINER_STATE_RUNNING
                  && heartbeat.getProgress().getDone() == HELD_STEP,
          () -> {
            await(folder.resolve("checkpoints/step-2/COMPLETE.json"));
            action.run();
          });
    }

    /** Acts once the attempt reports that it waits for the cluster. */
    void whenWaiting(Action action) {
      at(heartbeat -> !heartbeat.getWaitingFor().isEmpty(), action);
    }

    boolean hasMet() {
      return met;
    }

    ApplicationFailure failure() {
      ApplicationFailure failure = catchThrowableOfType(ApplicationFailure.class, this::result);
      assertThat(met).isTrue();
      return failure;
    }

    TrainingResult result() throws InterruptedException {
      return new TrainerAttempt(
              context,
              attempted,
              JobKind.of(attempted),
              gateway,
              info -> true,
              new WaitingTrainers(),
              new TrainerMetrics(new PrometheusRegistry()),
              QUICK,
              Pacer.SYSTEM)
          .run()
          .getTraining();
    }

    private TrainerHeartbeat last() {
      return context.heartbeats.get(context.heartbeats.size() - 1);
    }

    private void at(Predicate<TrainerHeartbeat> moment, Action action) {
      context.answer =
          number -> {
            if (!met && moment.test(last())) {
              met = true;
              action.runUnchecked();
            }
            return Optional.empty();
          };
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;

    default void runUnchecked() {
      try {
        run();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private final TrainerJob training(String name, ResourceSpec.Builder resources) {
    return TrainerJob.newBuilder()
        .setSchemaVersion(1)
        .setRunId("run-" + folder.getFileName())
        .setJobName(name)
        .setSeed(7)
        .setTraining(
            TrainingJob.newBuilder()
                .setStage(TrainingStage.TRAINING_STAGE_SFT)
                .setModelUri(data.resolve("model").toString())
                .setDataset(rows)
                .setCheckpointsUri(folder.resolve("checkpoints").toUri().toString())
                .setTemplate(
                    StudentTemplate.newBuilder()
                        .setTraceFormat(TraceFormat.TRACE_FORMAT_THINK)
                        .setMaxLength(256))
                .setSettings(
                    TrainingSpec.newBuilder()
                        .setMaxSteps(STEPS)
                        .setLearningRate(1e-3)
                        .setPerDeviceBatchSize(2)
                        .setGradientAccumulationSteps(1)
                        .setCheckpointSteps(2)))
        .setResources(resources.setWaitingDeadlineSeconds(300).setActiveDeadlineSeconds(300))
        .build();
  }

  private Path holdOf(TrainerJob held) {
    return folder.resolve("hold-" + held.getJobName());
  }

  private void letGo(TrainerJob held) throws IOException {
    Files.delete(holdOf(held));
  }

  private static void signal(String name) throws IOException, InterruptedException {
    long pid = only(cluster.head().actors(ACTOR)).pid();
    assertThat(run(List.of("kill", "-" + name, Long.toString(pid)))).isEmpty();
  }

  private static <T> T only(List<T> found) {
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static void await(Path file) throws InterruptedException {
    while (Files.notExists(file)) {
      Thread.sleep(QUICK.poll().toMillis());
    }
  }

  private static ArtifactRef writeModelAndRows(Path folder) throws Exception {
    String printed =
        run(
            List.of(
                RayTestCluster.python().toString(),
                "-m",
                "retort_driver_fixture.held",
                folder.toString()));
    ArtifactRef.Builder manifest = ArtifactRef.newBuilder();
    JsonFormat.parser().merge(printed, manifest);
    return manifest.build();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("PYTHONPATH", RayTestCluster.codeSearchPath());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }
}
