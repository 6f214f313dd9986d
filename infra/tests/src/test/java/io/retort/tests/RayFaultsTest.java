package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainingResult;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A Ray head that dies takes the cluster and all trainers with it; the run goes on with the next.
 */
@Timeout(420)
@ExtendWith(SharedStack.Resolver.class)
final class RayFaultsTest {
  private static final int CHECKPOINT_STEPS = 5;
  // Long enough that progress, which reaches the watcher late, finds it at work.
  private static final int SFT_EPOCHS = 20;
  private static final int COGPO_EPOCHS = 8;

  private final SharedStack shared;

  RayFaultsTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aRunOutlivesTheRayHeadInEachOfItsStages() throws Exception {
    RunSpec.Builder spec = shared.spec("ray-lost", shared.write(shared.takeProblems(), "ray-lost"));
    spec.setSft(RunSpecs.training(SFT_EPOCHS));
    spec.setCogpo(RunSpecs.training(COGPO_EPOCHS));
    Run run = shared.runs().create(spec.build());

    killRayHead(run, live -> steps(live, Stage.STAGE_SFT) > 2 * CHECKPOINT_STEPS);
    killRayHead(run, live -> steps(live, Stage.STAGE_COGPO) > 2 * CHECKPOINT_STEPS);
    killRayHead(
        run,
        live ->
            RunClient.stage(live, Stage.STAGE_EVALUATE).getPhase() == RunPhase.RUN_PHASE_RUNNING);
    Run finished = shared.runs().finish(run);

    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertResumed(finished.getSummary().getSft());
    assertThat(finished.getSummary().getSft().getSteps())
        .isEqualTo((long) SFT_EPOCHS * SharedStack.ROWS / 4);
    assertResumed(finished.getSummary().getCogpo());
    assertThat(finished.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("base", "stage-1", "stage-2");
    for (Score score : finished.getSummary().getScoresList()) {
      if (!score.getModel().equals("base")) {
        assertGeneratedOnce(finished.getRunId(), score);
      }
    }

    Run later =
        shared
            .runs()
            .create(shared.spec("later", shared.write(shared.takeProblems(), "later")).build());
    assertThat(
            shared.runs().finish(later, Stage.STAGE_SFT).getSummary().getSft().getResumedFromStep())
        .isZero();
  }

  /** Nothing that was in the store when the head died was generated again afterwards. */
  private void assertGeneratedOnce(String runId, Score score) throws Exception {
    CompletionsOnDisk completions =
        CompletionsOnDisk.of(shared.stack(), runId, score.getModel(), score.getBenchmark());
    assertThat(completions.written()).isPositive().isEqualTo(completions.distinct());
  }

  private void killRayHead(Run run, Predicate<Run> moment) {
    shared.runs().await(run.getRunId(), moment);
    shared.stack().killRayHead();
  }

  private static long steps(Run run, Stage stage) {
    StageProgress progress = RunClient.stage(run, stage);
    return progress.getUnit().equals("steps") ? progress.getDone() : 0;
  }

  /** Only what came after the last checkpoint was trained again. */
  private static void assertResumed(TrainingResult result) {
    assertThat(result.getResumedFromStep()).isGreaterThanOrEqualTo(2 * CHECKPOINT_STEPS);
    assertThat(result.getSteps()).isGreaterThan(result.getResumedFromStep());
  }
}
