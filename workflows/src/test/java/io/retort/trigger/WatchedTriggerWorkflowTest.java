package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.util.Durations;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FiringOutcome;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedDataSource;
import io.retort.v1.WatchedTrigger;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class WatchedTriggerWorkflowTest {
  private static final Duration QUIET = Duration.ofMinutes(2);

  private final TestWorkflowEnvironment temporal = TestWorkflowEnvironment.newInstance();
  private final FakeWatchedFolder folder = new FakeWatchedFolder(temporal::currentTimeMillis);
  private WatchConfig config =
      WatchConfig.newBuilder()
          .setTrigger("incoming")
          .setRevision(1)
          .setSource(
              WatchedDataSource.newBuilder()
                  .setUri("/data/in")
                  .setPollInterval(Durations.fromSeconds(30))
                  .setQuietPeriod(Durations.fromMillis(QUIET.toMillis())))
          .build();

  @BeforeEach
  void start() {
    temporal
        .newWorker(TaskQueues.RUNS)
        .registerWorkflowImplementationTypes(WatchedTriggerWorkflowImpl.class);
    temporal
        .newWorker(TaskQueues.CONTROL)
        .registerActivitiesImplementations(folder.new FakeTriggers());
    temporal.newWorker(TaskQueues.PIPELINE).registerActivitiesImplementations(folder);
    temporal.start();
  }

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void filesThatWereThereDoNotFireAndTwoNewOnesFireOnce() {
    folder.files.put("old.jsonl", "1");
    WatchedTriggerWorkflow watch = watch();
    temporal.sleep(Duration.ofMinutes(10));
    assertThat(folder.fired).isEmpty();
    assertThat(watch.state().getStatus().getFiles()).isEqualTo(1);

    folder.files.put("a.jsonl", "1");
    folder.files.put("b.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(1));
    assertThat(watch.state().getStatus().getNewFiles()).isEqualTo(2);
    assertThat(folder.fired).as("not quiet yet").isEmpty();
    temporal.sleep(Duration.ofMinutes(20));

    assertThat(folder.fired).hasSize(1);
    assertThat(folder.firedFiles(0)).containsExactlyInAnyOrder("a.jsonl 1", "b.jsonl 1");
    assertThat(watch.state().getFound()).isEmpty();
    assertThat(watch.state().getStatus().getNewFiles()).isZero();
    assertThat(folder.objects).as("the store keeps what is needed").hasSize(1);
  }

  @Test
  void filesThatWereThereFireWhereThatIsAsked() {
    folder.files.put("old.jsonl", "1");
    configure(source -> source.setIncludeExisting(true));
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(10));

    assertThat(folder.fired).hasSize(1);
    assertThat(folder.firedFiles(0)).containsExactly("old.jsonl 1");
  }

  @Test
  void aFileThatGrowsFiresOnceItIsQuiet() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    long whole = temporal.currentTimeMillis() + Duration.ofMinutes(30).toMillis();
    folder.growing = now -> now < whole ? "part " + Duration.ofMillis(now).toMinutes() : "whole";
    temporal.sleep(Duration.ofMinutes(60));

    assertThat(folder.fired).hasSize(1);
    assertThat(folder.firedFiles(0)).containsExactly("growing.jsonl whole");
    assertThat(folder.firedAt.get(0)).isGreaterThanOrEqualTo(whole + QUIET.toMillis());
  }

  @Test
  void filesThatKeepChangingAreNotLookedAtMoreOftenThanUsual() {
    configure(source -> source.setQuietPeriod(Durations.fromSeconds(1)));
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.growing = now -> "part " + now;
    temporal.sleep(Duration.ofHours(1));

    assertThat(folder.fired).isEmpty();
    assertThat(folder.looks.get()).isBetween(100, 140);
  }

  @Test
  void aChangedFileIsNewAndOneThatComesBackIsNot() {
    folder.files.put("a.jsonl", "1");
    folder.files.put("b.jsonl", "1");
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.files.remove("b.jsonl");
    folder.files.put("a.jsonl", "2");
    temporal.sleep(Duration.ofMinutes(10));
    folder.files.put("b.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(10));

    assertThat(folder.fired).hasSize(1);
    assertThat(folder.firedFiles(0)).containsExactly("a.jsonl 2");
  }

  @Test
  void whileItIsPausedItDoesNotLook() {
    WatchedTriggerWorkflow watch = watch();
    temporal.sleep(Duration.ofMinutes(1));
    config = config.toBuilder().setPaused(true).build();
    watch.configure(config);
    temporal.sleep(Duration.ofMinutes(1));
    int looks = folder.looks.get();
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofHours(5));
    assertThat(folder.looks).hasValue(looks);

    config = config.toBuilder().setPaused(false).build();
    watch.configure(config);
    temporal.sleep(Duration.ofMinutes(10));
    assertThat(folder.fired).hasSize(1);
  }

  @Test
  void aPauseDoesNotCollectSignals() {
    config = config.toBuilder().setPaused(true).build();
    WatchedTriggerWorkflow watch = watch();
    String first = execution();
    for (int signal = 0; signal < 3000; signal++) {
      watch.configure(config);
    }
    temporal.sleep(Duration.ofMinutes(1));

    assertThat(execution()).isNotEqualTo(first);
    assertThat(stub().describe().getHistoryLength()).isLessThan(3000);
    assertThat(watch.state().getConfig()).isEqualTo(config);
  }

  @Test
  void tellsWhatItFollows() {
    WatchedTriggerWorkflow watch = watch();
    temporal.sleep(Duration.ofMinutes(1));
    config = config.toBuilder().setRevision(2).setPaused(true).build();
    watch.configure(config);
    temporal.sleep(Duration.ofMinutes(1));

    assertThat(
            stub()
                .describe()
                .<WatchConfig>getMemo(WatchedTriggerWorkflow.CONFIG, WatchConfig.class))
        .isEqualTo(config);
  }

  @Test
  void filesWhoseFiringAPauseSkippedFireLater() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.outcomes.add(FiringOutcome.FIRING_OUTCOME_SKIPPED);
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(20));

    assertThat(folder.fired).extracting(FireWatchedRequest::getSkipped).containsExactly(0, 1);
    assertThat(folder.firedFiles(1)).containsExactly("a.jsonl 1");
  }

  @Test
  void whatTheControlPlaneDoesNotFireStaysNew() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.deferred.set(3);
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(20));

    assertThat(folder.fired).hasSize(1);
  }

  /** The process ends after the launch, before it could say so. */
  @Test
  void aFiringThatIsTriedAgainIsTheSame() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.lostAnswers.set(30);
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofHours(1));

    assertThat(folder.attempts).hasSize(31);
    assertThat(folder.attempts).containsOnly(folder.attempts.get(0));
    assertThat(folder.fired).hasSize(1);
  }

  @Test
  void aLookThatFailsIsShownAndTriedAgain() {
    folder.files.put("old.jsonl", "1");
    WatchedTriggerWorkflow watch = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.failure = Failures.user("DATA_NOT_FOUND", "/data/in: no such folder");
    temporal.sleep(Duration.ofMinutes(5));
    assertThat(watch.state().getProblem()).isEqualTo("/data/in: no such folder");

    folder.failure = null;
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(10));
    assertThat(watch.state().getProblem()).isEmpty();
    assertThat(folder.fired).hasSize(1);
    assertThat(folder.firedFiles(0)).containsExactly("a.jsonl 1");
  }

  @Test
  void anotherLocationIsAnotherWatchAndAnEarlierRevisionIsNone() {
    WatchedTriggerWorkflow watch = watch();
    temporal.sleep(Duration.ofMinutes(1));
    WatchConfig before = config;
    folder.files.put("a.jsonl", "1");
    config = config.toBuilder().setRevision(2).build();
    configure(source -> source.setUri("/data/other"));
    watch.configure(config);
    temporal.sleep(Duration.ofMinutes(10));
    watch.configure(before);
    temporal.sleep(Duration.ofMinutes(10));

    assertThat(folder.fired).as("what was there when the watch began").isEmpty();
    assertThat(watch.state().getSinceRevision()).isEqualTo(2);
    assertThat(watch.state().getConfig().getSource().getUri()).isEqualTo("/data/other");
    assertThat(watch.state().getObsoleteList()).isEmpty();
  }

  @Test
  void goesOnInANewExecutionBeforeItsHistoryGrows() {
    WatchedTriggerWorkflow watch = watch();
    String first = execution();
    temporal.sleep(Duration.ofMinutes(1));
    for (int file = 0; file < 3; file++) {
      folder.files.put(file + ".jsonl", "1");
      temporal.sleep(Duration.ofHours(1));
    }

    assertThat(execution()).isNotEqualTo(first);
    assertThat(folder.looks.get()).isGreaterThan(300);
    assertThat(folder.fired).as("each new file once").hasSize(3);
    assertThat(watch.state().getSeen()).isNotEmpty();
  }

  @Test
  void endsWithItsTrigger() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    folder.deleted = true;
    folder.files.put("a.jsonl", "1");

    assertThat(catchThrowable(() -> stub().getResult(Void.class))).isNull();
  }

  @Test
  void isNotEndedByACancellation() {
    WatchedTriggerWorkflow ignored = watch();
    temporal.sleep(Duration.ofMinutes(1));
    stub().cancel();
    folder.files.put("a.jsonl", "1");
    temporal.sleep(Duration.ofMinutes(10));
    assertThat(folder.fired).hasSize(1);

    stub().terminate("deleted");
    assertThat(catchThrowable(() -> stub().getResult(Void.class)))
        .isInstanceOf(WorkflowFailedException.class);
  }

  private void configure(java.util.function.UnaryOperator<WatchedDataSource.Builder> change) {
    config = config.toBuilder().setSource(change.apply(config.getSource().toBuilder())).build();
  }

  private WatchedTriggerWorkflow watch() {
    WatchedTriggerWorkflow watch =
        temporal
            .getWorkflowClient()
            .newWorkflowStub(
                WatchedTriggerWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(WatchedTriggerWorkflow.id("incoming"))
                    .setTaskQueue(TaskQueues.RUNS)
                    .setWorkflowIdReusePolicy(
                        WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                    .build());
    WorkflowExecution unused =
        WorkflowClient.start(watch::run, WatchedTrigger.newBuilder().setConfig(config).build());
    return temporal
        .getWorkflowClient()
        .newWorkflowStub(WatchedTriggerWorkflow.class, WatchedTriggerWorkflow.id("incoming"));
  }

  private WorkflowStub stub() {
    return temporal
        .getWorkflowClient()
        .newUntypedWorkflowStub(WatchedTriggerWorkflow.id("incoming"));
  }

  private String execution() {
    return stub().describe().getExecution().getRunId();
  }
}
