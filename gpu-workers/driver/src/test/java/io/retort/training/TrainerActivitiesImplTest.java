package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.retort.v1.FailureCategory;
import io.retort.v1.GenerationJob;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerJob;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The activity, run by Temporal's SDK. */
final class TrainerActivitiesImplTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ManualPacer pacer = new ManualPacer();
  private final FakeTrainer trainer = new FakeTrainer(pacer);
  private final FakeGateway gateway = new FakeGateway(pacer, trainer);
  private final List<TrainerHeartbeat> heartbeats = new CopyOnWriteArrayList<>();
  private final TestActivityEnvironment environment = TestActivityEnvironment.newInstance();

  @BeforeEach
  void register() {
    environment.registerActivitiesImplementations(
        new TrainerActivitiesImpl(
            gateway, info -> true, new TrainerMetrics(registry), TrainerTiming.DEFAULT, pacer));
    environment.setActivityHeartbeatListener(TrainerHeartbeat.class, heartbeats::add);
  }

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void answersTheResult() {
    trainer.starts.add(() -> Statuses.running(4));
    trainer.statuses.add(() -> Statuses.SUCCEEDED);

    assertThat(run(Statuses.job())).isEqualTo(Statuses.RESULT);

    assertThat(heartbeats)
        .first()
        .extracting(TrainerHeartbeat::getActorName)
        .isEqualTo("run-1/sft");
    assertThat(gauge("retort_trainer_step", "sft")).isEqualTo(4);
    assertThat(gauge("retort_trainer_loss", "sft")).isEqualTo(0.25);
    assertThat(gauge("retort_trainer_learning_rate", "sft")).isEqualTo(0.001);
    assertThat(gauge("retort_trainer_validation_loss", "sft")).isEqualTo(1.5);
    assertThat(gauge("retort_trainer_tokens_per_second", "sft")).isZero();
    assertThat(gauge("retort_trainer_gpu_memory_bytes", "sft")).isZero();
    assertThat(counter("retort_trainer_jobs", Labels.of("kind", "sft", "outcome", "SUCCEEDED")))
        .isEqualTo(1);
  }

  @Test
  void countsAdoptions() {
    environment.setHeartbeatDetails(
        TrainerHeartbeat.newBuilder().setProgress(Statuses.running(3).getProgress()).build());
    gateway.running = Optional.of(trainer);
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run(Statuses.job())).isEqualTo(Statuses.RESULT);

    assertThat(heartbeats).first().extracting(beat -> beat.getProgress().getDone()).isEqualTo(3L);
    assertThat(counter("retort_trainer_adoptions", Labels.of("kind", "sft"))).isEqualTo(1);
  }

  @Test
  void failsWithTheTrainersCategory() {
    trainer.starts.add(
        () -> Statuses.failed(FailureCategory.FAILURE_CATEGORY_USER, "DATA_NOT_FOUND", "gone"));

    assertThatThrownBy(() -> run(Statuses.job()))
        .isInstanceOf(ActivityFailure.class)
        .cause()
        .asInstanceOf(InstanceOfAssertFactories.type(ApplicationFailure.class))
        .satisfies(
            failure -> {
              assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
              assertThat(failure.isNonRetryable()).isTrue();
            });
    assertThat(counter("retort_trainer_jobs", Labels.of("kind", "sft", "outcome", "USER")))
        .isEqualTo(1);
  }

  @Test
  void isCancelled() {
    environment.requestCancelActivity();

    assertThatThrownBy(() -> run(Statuses.job())).isInstanceOf(CanceledFailure.class);

    assertThat(gateway.calls).containsExactly("release run-1/sft");
    assertThat(counter("retort_trainer_jobs", Labels.of("kind", "sft", "outcome", "CANCELLED")))
        .isEqualTo(1);
  }

  @Test
  void refusesBadJobs() {
    TrainerJob job = Statuses.job();

    assertRefused(job.toBuilder().clearTraining().build(), "job: not set");
    assertRefused(
        job.toBuilder().setTraining(job.getTraining().toBuilder().clearStage()).build(),
        "training.stage: TRAINING_STAGE_UNSPECIFIED");
    assertRefused(job.toBuilder().setJobName("a/b").build(), "job_name: \"a/b\"");
    assertRefused(job.toBuilder().clearRunId().build(), "run_id: \"\"");
    assertRefused(
        job.toBuilder().setResources(job.getResources().toBuilder().setCpus(0)).build(),
        "resources.cpus: 0 (expected: > 0)");
    assertRefused(
        job.toBuilder().setResources(job.getResources().toBuilder().setGpus(1.5)).build(),
        "resources.gpus: 1.5");
    assertThat(gateway.calls).isEmpty();
  }

  @Test
  void namesTheKindOfEveryJob() {
    TrainerJob generation =
        Statuses.job().toBuilder().setGeneration(GenerationJob.getDefaultInstance()).build();

    assertThat(JobKind.of(Statuses.job()).label()).isEqualTo("sft");
    assertThat(JobKind.of(generation).label()).isEqualTo("generation");
  }

  private void assertRefused(TrainerJob job, String message) {
    assertThatThrownBy(() -> run(job))
        .cause()
        .asInstanceOf(InstanceOfAssertFactories.type(ApplicationFailure.class))
        .satisfies(
            failure -> {
              assertThat(failure.getType()).isEqualTo("USER/BAD_JOB");
              assertThat(failure.getOriginalMessage()).contains(message);
            });
  }

  private io.retort.v1.TrainerResult run(TrainerJob job) {
    TrainerActivities activities =
        environment.newActivityStub(
            TrainerActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(1))
                .setHeartbeatTimeout(Duration.ofMinutes(1))
                .build());
    return activities.runTrainerJob(job);
  }

  private double gauge(String name, String kind) {
    return dataPoints(name)
        .filter(point -> point.getLabels().equals(Labels.of("kind", kind)))
        .map(GaugeSnapshot.GaugeDataPointSnapshot.class::cast)
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private double counter(String name, Labels labels) {
    return dataPoints(name)
        .filter(point -> point.getLabels().equals(labels))
        .map(CounterSnapshot.CounterDataPointSnapshot.class::cast)
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private java.util.stream.Stream<? extends DataPointSnapshot> dataPoints(String name) {
    return registry.scrape().stream()
        .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
        .flatMap(snapshot -> snapshot.getDataPoints().stream());
  }
}
