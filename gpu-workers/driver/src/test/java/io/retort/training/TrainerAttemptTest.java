package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Timestamps;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.v1.FailureCategory;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainerStatus;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainerAttemptTest {
  private static final long SCHEDULED_MILLIS = 1_700_000_000_000L;

  private final ManualPacer pacer = new ManualPacer();
  private final FakeTrainer trainer = new FakeTrainer(pacer);
  private final FakeGateway gateway = new FakeGateway(pacer, trainer);
  private final FakeActivityContext context =
      new FakeActivityContext(new FakeActivityInfo(2, SCHEDULED_MILLIS));
  private final WaitingTrainers waiting = new WaitingTrainers();
  private boolean workflowOpen = true;
  private TrainerJob job = Statuses.job();

  @AfterEach
  void clearInterrupt() {
    boolean unused = Thread.interrupted();
  }

  @Test
  void createsFollowsAndReleases() throws InterruptedException {
    trainer.starts.add(() -> Statuses.STARTING);
    answer(Statuses.running(4), Statuses.running(9), Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(gateway.calls)
        .containsExactly(
            "find run-1/sft", "reserve run-1/sft", "create run-1/sft", "release run-1/sft");
    assertThat(trainer.calls).containsExactly("ping", "start", "status", "status", "status");
    assertThat(trainer.job).isEqualTo(job);
    assertThat(trainer.token).isEqualTo(SCHEDULED_MILLIS * 1024 + 2);
  }

  @Test
  void heartbeatsTellEveryStatus() throws InterruptedException {
    trainer.starts.add(() -> Statuses.STARTING);
    answer(Statuses.running(4), Statuses.running(9), Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    TrainerHeartbeat last = context.heartbeats.get(context.heartbeats.size() - 1);
    assertThat(last)
        .isEqualTo(
            TrainerHeartbeat.newBuilder()
                .setActorName("run-1/sft")
                .setState(TrainerState.TRAINER_STATE_RUNNING)
                .setProgress(Statuses.running(9).getProgress())
                .setTrainingStartedAt(Timestamps.fromMillis(ManualPacer.START.toEpochMilli()))
                .build());
    assertThat(context.heartbeats)
        .extracting(beat -> beat.getProgress().getDone())
        .containsExactly(0L, 0L, 0L, 4L, 9L);
  }

  @Test
  void goesOnFromTheHeartbeatOfTheAttemptBefore() throws InterruptedException {
    Instant startedAt = ManualPacer.START.minusSeconds(60);
    context.previous =
        Optional.of(
            TrainerHeartbeat.newBuilder()
                .setState(TrainerState.TRAINER_STATE_RUNNING)
                .setWaitingFor("1 CPU")
                .setProgress(Statuses.running(7).getProgress())
                .setTrainingStartedAt(Timestamps.fromMillis(startedAt.toEpochMilli()))
                .build());
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    TrainerHeartbeat first = context.heartbeats.get(0);
    assertThat(first.getState()).isEqualTo(TrainerState.TRAINER_STATE_STARTING);
    assertThat(first.getWaitingFor()).isEmpty();
    assertThat(first.getProgress().getDone()).isEqualTo(7);
    assertThat(Timestamps.toMillis(first.getTrainingStartedAt()))
        .isEqualTo(startedAt.toEpochMilli());
  }

  @Test
  void adoptsARunningTrainer() throws InterruptedException {
    gateway.running = Optional.of(trainer);
    trainer.starts.add(() -> Statuses.running(5));
    answer(Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(gateway.calls).containsExactly("find run-1/sft", "release run-1/sft");
    assertThat(trainer.calls).containsExactly("ping", "start", "status");
  }

  @Test
  void createsAnewWhenTheTrainerOfTheAttemptBeforeIsDead() throws InterruptedException {
    FakeTrainer dead = new FakeTrainer(pacer);
    dead.pings.clear();
    dead.pings.add(FakeTrainer.died());
    gateway.running = Optional.of(dead);
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(gateway.calls)
        .containsExactly(
            "find run-1/sft",
            "release run-1/sft",
            "reserve run-1/sft",
            "create run-1/sft",
            "release run-1/sft");
  }

  @Test
  void leavesATrainerThatANewerOwnerHas() {
    gateway.running = Optional.of(trainer);
    trainer.starts.add(
        () ->
            Statuses.failed(
                FailureCategory.FAILURE_CATEGORY_PLATFORM, "FENCED", "token 9 is newer"));

    assertThat(failure().getType()).isEqualTo("PLATFORM/FENCED");
    assertThat(gateway.calls).containsExactly("find run-1/sft");
  }

  @Test
  void refusesWhatNoNodeCanHold() {
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 2");

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("RESOURCE/INFEASIBLE");
    assertThat(failure.getOriginalMessage()).isEqualTo("run-1/sft: needs 8 GPU, cluster has 2");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(gateway.calls).containsExactly("find run-1/sft");
  }

  @Test
  void tellsWhatItWaitsFor() throws InterruptedException {
    gateway.looksUntilReady = 3;
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats)
        .extracting(TrainerHeartbeat::getWaitingFor)
        .containsExactly("", "1 CPU", "1 CPU", "");
  }

  @Test
  void givesUpWaitingAtItsDeadline() {
    gateway.looksUntilReady = Integer.MAX_VALUE;

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("RESOURCE/WAITING_DEADLINE");
    assertThat(failure.getOriginalMessage()).contains("waited 20 s for 1 CPU");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void aRetryGoesOnWaiting() {
    context.previous = Optional.of(waitingFor(Duration.ofSeconds(15)));
    gateway.looksUntilReady = Integer.MAX_VALUE;

    assertThat(failure().getType()).isEqualTo("RESOURCE/WAITING_DEADLINE");
    assertThat(Duration.between(ManualPacer.START, pacer.now())).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anAdoptedTrainerNoLongerWaits() throws InterruptedException {
    context.previous = Optional.of(waitingFor(Duration.ofSeconds(15)));
    gateway.running = Optional.of(trainer);
    trainer.starts.add(() -> Statuses.running(5));
    answer(Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats.get(context.heartbeats.size() - 1).hasWaitingSince()).isFalse();
  }

  @Test
  void tellsItsPlaceAmongThoseThatWait() throws InterruptedException {
    int unused = waiting.place("run-0/sft", ManualPacer.START.minusSeconds(1));
    gateway.looksUntilReady = 2;
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats)
        .extracting(TrainerHeartbeat::getWaitingPlace)
        .containsExactly(0, 2, 0);
    assertThat(waiting.place("run-9/sft", ManualPacer.START.plusSeconds(60))).isEqualTo(2);
  }

  @Test
  void waitsForNodesThatAnAutoscalerMayAdd() throws InterruptedException {
    job =
        job.toBuilder()
            .setResources(job.getResources().toBuilder().setAllowAutoscaling(true))
            .build();
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 2");
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);
  }

  @Test
  void waitsForANodeThatHasGoneToComeBack() throws InterruptedException {
    context.previous =
        Optional.of(
            TrainerHeartbeat.newBuilder()
                .setTrainingStartedAt(Timestamps.fromMillis(ManualPacer.START.toEpochMilli()))
                .build());
    gateway.infeasibility = Optional.of("needs 2 CPU, cluster has 1");
    gateway.looksUntilReady = 2;
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats)
        .extracting(TrainerHeartbeat::getWaitingFor)
        .containsExactly("", "1 CPU", "");
  }

  @Test
  void heartbeatsWhileTheProcessStarts() throws InterruptedException {
    trainer.pings.clear();
    for (int i = 0; i < 6; i++) {
      trainer.pings.add(trainer.unreachable(Duration.ofSeconds(5)));
    }
    trainer.pings.add(TrainerStatus::getDefaultInstance);
    trainer.starts.add(trainer.unreachable(Duration.ofSeconds(5)));
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    // The first heartbeat, the one for the placement, and one for each unanswered call.
    assertThat(context.heartbeats).hasSize(2 + 6 + 1);
  }

  @Test
  void leavesAProcessThatNeverAnswersToTheNextAttempt() {
    trainer.pings.clear();
    trainer.pings.add(trainer.unreachable(Duration.ofSeconds(5)));

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/TRAINER_UNREACHABLE");
    assertThat(failure.getOriginalMessage()).contains("no answer for 600 s");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(gateway.calls).last().isEqualTo("create run-1/sft");
  }

  @Test
  void toleratesLostStatusCalls() throws InterruptedException {
    trainer.starts.add(() -> Statuses.STARTING);
    trainer.statuses.add(() -> Statuses.running(3));
    trainer.statuses.add(trainer.unreachable(Duration.ofSeconds(5)));
    trainer.statuses.add(trainer.unreachable(Duration.ofSeconds(5)));
    answer(Statuses.running(8), Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats)
        .extracting(beat -> beat.getProgress().getDone())
        .containsExactly(0L, 0L, 0L, 3L, 8L);
  }

  @Test
  void neverKillsATrainerThatItCannotReach() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.statuses.add(trainer.unreachable(Duration.ofSeconds(5)));

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/TRAINER_UNREACHABLE");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(Duration.between(ManualPacer.START, pacer.now()))
        .isBetween(Duration.ofSeconds(48), FakeActivityInfo.HEARTBEAT_TIMEOUT);
    assertThat(gateway.calls).doesNotContain("release run-1/sft");
  }

  @Test
  void saysThatTheTrainerDiedAndLetsTheNextAttemptResume() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.statuses.add(FakeTrainer.died());

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/TRAINER_DIED");
    assertThat(failure.getOriginalMessage()).contains("ended at 3 of 10 steps");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void killsATrainerThatBreaksItsContract() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.statuses.add(FakeTrainer.misbehaved());

    assertThat(failure().getType()).isEqualTo("PLATFORM/TRAINER_PROTOCOL");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void refusesAResultOfAnotherKind() {
    trainer.starts.add(
        () -> Statuses.SUCCEEDED.toBuilder().setResult(TrainerResult.getDefaultInstance()).build());

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/TRAINER_PROTOCOL");
    assertThat(failure.getOriginalMessage()).contains("RESULT_NOT_SET").contains("TRAINING");
  }

  @Test
  void refusesAnUnknownState() {
    trainer.starts.add(TrainerStatus::getDefaultInstance);

    assertThat(failure().getType()).isEqualTo("PLATFORM/TRAINER_PROTOCOL");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @ParameterizedTest
  @CsvSource({
    "FAILURE_CATEGORY_USER, DATA_NOT_FOUND, USER/DATA_NOT_FOUND, true",
    "FAILURE_CATEGORY_PLATFORM, DISK_FULL, PLATFORM/DISK_FULL, false",
    "FAILURE_CATEGORY_RESOURCE, CUDA_OUT_OF_MEMORY, RESOURCE/CUDA_OUT_OF_MEMORY, false",
    "FAILURE_CATEGORY_UNSPECIFIED, '', PLATFORM/TRAINER_FAILED, false",
  })
  void passesTheTrainersFailureOn(
      FailureCategory category, String type, String expectedType, boolean nonRetryable) {
    trainer.starts.add(() -> Statuses.STARTING);
    answer(Statuses.failed(category, type, "file:///data: not found"));

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo(expectedType);
    assertThat(failure.getOriginalMessage()).isEqualTo("run-1/sft: file:///data: not found");
    assertThat(failure.isNonRetryable()).isEqualTo(nonRetryable);
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void aTrainerThatWasStoppedByOthersIsResumedByTheNextAttempt() {
    gateway.running = Optional.of(trainer);
    trainer.starts.add(() -> Statuses.STOPPED);

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/TRAINER_STOPPED");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void stopsGracefullyWhenCancelled() {
    trainer.starts.add(() -> Statuses.running(3));
    answer(Statuses.running(4), Statuses.running(5), Statuses.STOPPED);
    trainer.stops.add(() -> Statuses.running(4));
    refuseFrom(4, ActivityCanceledException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityCanceledException.class);

    assertThat(trainer.calls)
        .containsExactly("ping", "start", "status", "stop", "status", "status");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void killsATrainerThatDoesNotStopWithinTheGrace() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.stops.add(() -> Statuses.running(3));
    answer(Statuses.running(3));
    refuseFrom(3, ActivityCanceledException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityCanceledException.class);

    assertThat(Duration.between(ManualPacer.START, pacer.now()))
        .isEqualTo(TrainerTiming.DEFAULT.stopGrace());
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void givesTheReservationBackWhenCancelledWhileWaiting() {
    gateway.looksUntilReady = Integer.MAX_VALUE;
    refuseFrom(3, ActivityCanceledException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityCanceledException.class);

    assertThat(trainer.calls).isEmpty();
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void stopsAnAdoptedTrainerWhenCancelledBeforeItAnswers() {
    gateway.running = Optional.of(trainer);
    trainer.pings.clear();
    trainer.pings.add(trainer.unreachable(Duration.ofSeconds(5)));
    trainer.stops.add(() -> Statuses.STOPPED);
    refuseFrom(2, ActivityCanceledException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityCanceledException.class);

    assertThat(trainer.calls).containsExactly("ping", "stop");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void leavesTheTrainerRunningWhenTheWorkerShutsDown() {
    trainer.starts.add(() -> Statuses.running(3));
    refuseFrom(3, ActivityWorkerShutdownException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityWorkerShutdownException.class);

    assertThat(trainer.calls).doesNotContain("stop");
    assertThat(gateway.calls).doesNotContain("release run-1/sft");
  }

  @Test
  void leavesTheTrainerRunningWhenInterrupted() {
    trainer.starts.add(
        () -> {
          Thread.currentThread().interrupt();
          return Statuses.running(3);
        });

    assertThatThrownBy(this::run).isInstanceOf(InterruptedException.class);

    assertThat(gateway.calls).doesNotContain("release run-1/sft");
  }

  @Test
  void leavesTheTrainerToTheNewerAttempt() {
    trainer.starts.add(() -> Statuses.running(3));
    refuseFrom(3, TrainerAttemptTest::notExists);

    assertThatThrownBy(this::run).isInstanceOf(ActivityNotExistsException.class);

    assertThat(gateway.calls).doesNotContain("release run-1/sft");
  }

  @Test
  void stopsTheTrainerOfATerminatedWorkflow() {
    workflowOpen = false;
    trainer.starts.add(() -> Statuses.running(3));
    trainer.stops.add(() -> Statuses.STOPPED);
    refuseFrom(3, TrainerAttemptTest::notExists);

    assertThatThrownBy(this::run).isInstanceOf(ActivityNotExistsException.class);

    assertThat(trainer.calls).last().isEqualTo("stop");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void endsATrainingThatTakesTooLong() {
    trainer.starts.add(() -> Statuses.running(1));
    answer(Statuses.running(2));
    trainer.stops.add(() -> Statuses.STOPPED);

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("TIMEOUT/ACTIVE_DEADLINE");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage())
        .contains("did not end in 100 s")
        .contains("file:///checkpoints/step-2");
    assertThat(Duration.between(ManualPacer.START, pacer.now())).isEqualTo(Duration.ofSeconds(100));
    assertThat(trainer.calls).last().isEqualTo("stop");
    assertThat(gateway.calls).last().isEqualTo("release run-1/sft");
  }

  @Test
  void theActiveDeadlineCountsFromTheFirstAttempt() {
    context.previous =
        Optional.of(
            TrainerHeartbeat.newBuilder()
                .setTrainingStartedAt(
                    Timestamps.fromMillis(ManualPacer.START.minusSeconds(90).toEpochMilli()))
                .build());
    gateway.running = Optional.of(trainer);
    trainer.starts.add(() -> Statuses.running(1));
    answer(Statuses.running(2));
    trainer.stops.add(() -> Statuses.STOPPED);

    assertThat(failure().getType()).isEqualTo("TIMEOUT/ACTIVE_DEADLINE");
    assertThat(Duration.between(ManualPacer.START, pacer.now())).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void keepsAResultThatCameWhileTheDeadlineStoppedIt() throws InterruptedException {
    trainer.starts.add(() -> Statuses.running(1));
    answer(Statuses.running(2));
    trainer.stops.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);
  }

  @Test
  void aLostClusterIsAPlatformFailure() {
    gateway.reachable = false;

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/RAY_UNREACHABLE");
    assertThat(failure.isNonRetryable()).isFalse();
  }

  @Test
  void handsOverAtOnceWhenTheClusterIsGone() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.statuses.add(FakeTrainer.lost());

    ApplicationFailure failure = failure();

    assertThat(failure.getType()).isEqualTo("PLATFORM/RAY_LOST");
    assertThat(failure.isNonRetryable()).isFalse();
    // This driver has ended by that time.
    assertThat(failure.getNextRetryDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(Duration.between(ManualPacer.START, pacer.now()))
        .isEqualTo(TrainerTiming.DEFAULT.poll());
    assertThat(gateway.calls).doesNotContain("release run-1/sft");
  }

  @Test
  void aClusterThatIsGoneIsNotWaitedFor() {
    gateway.lost = true;

    assertThat(failure().getType()).isEqualTo("PLATFORM/RAY_LOST");
    assertThat(gateway.calls).containsExactly("find run-1/sft");
  }

  @Test
  void aNewTrainerOfAClusterThatIsGoneIsNotWaitedFor() {
    trainer.pings.clear();
    trainer.pings.add(FakeTrainer.lost());

    assertThat(failure().getType()).isEqualTo("PLATFORM/RAY_LOST");
    assertThat(trainer.calls).containsExactly("ping");
  }

  @Test
  void aCancelledRunDoesNotWaitForAClusterThatIsGone() {
    trainer.starts.add(() -> Statuses.running(3));
    trainer.stops.add(FakeTrainer.lost());
    refuseFrom(3, ActivityCanceledException::new);

    assertThatThrownBy(this::run).isInstanceOf(ActivityCanceledException.class);

    assertThat(pacer.now()).isEqualTo(ManualPacer.START);
  }

  @Test
  void waitsForNodesThatAreStillJoining() throws InterruptedException {
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 0");
    gateway.looksUntilSettled = Integer.MAX_VALUE;
    gateway.looksUntilReady = 3;
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);

    assertThat(context.heartbeats)
        .extracting(TrainerHeartbeat::getWaitingFor)
        .containsExactly("", "1 CPU", "1 CPU", "");
  }

  @Test
  void refusesWhatNoNodeCanHoldOnceAllNodesHaveJoined() {
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 2");
    gateway.looksUntilSettled = 3;
    gateway.looksUntilReady = Integer.MAX_VALUE;

    assertThat(failure().getType()).isEqualTo("RESOURCE/INFEASIBLE");
    assertThat(gateway.calls)
        .containsExactly("find run-1/sft", "reserve run-1/sft", "release run-1/sft");
  }

  @Test
  void whatWaitedBeforeIsNotRefused() throws InterruptedException {
    context.previous = Optional.of(waitingFor(Duration.ofSeconds(5)));
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 0");
    gateway.looksUntilReady = 3;
    trainer.starts.add(() -> Statuses.SUCCEEDED);

    assertThat(run()).isEqualTo(Statuses.RESULT);
  }

  private static TrainerHeartbeat waitingFor(Duration time) {
    return TrainerHeartbeat.newBuilder()
        .setWaitingFor("1 CPU")
        .setWaitingSince(Timestamps.fromMillis(ManualPacer.START.minus(time).toEpochMilli()))
        .build();
  }

  private void answer(TrainerStatus... statuses) {
    for (TrainerStatus status : List.of(statuses)) {
      trainer.statuses.add(() -> status);
    }
  }

  private void refuseFrom(int heartbeat, Supplier<ActivityCompletionException> refusal) {
    context.answer = number -> number < heartbeat ? Optional.empty() : Optional.of(refusal.get());
  }

  private static ActivityCompletionException notExists() {
    return new ActivityNotExistsException("gone", new IllegalStateException("not found"));
  }

  private ApplicationFailure failure() {
    return catchThrowableOfType(ApplicationFailure.class, this::run);
  }

  private TrainerResult run() throws InterruptedException {
    return new TrainerAttempt(
            context,
            job,
            JobKind.of(job),
            gateway,
            info -> workflowOpen,
            waiting,
            new TrainerMetrics(new PrometheusRegistry()),
            TrainerTiming.DEFAULT,
            pacer)
        .run();
  }
}
