package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.retort.tests.ScriptedModel.Question;
import io.retort.tests.WordProblems.WordProblem;
import io.retort.v1.CurationSummary;
import io.retort.v1.FailureCategory;
import io.retort.v1.LastStage;
import io.retort.v1.ModelPrice;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs that a person or their budget pauses continue where they stopped. */
@Timeout(300)
@ExtendWith(SharedStack.Resolver.class)
@TestMethodOrder(MethodOrderer.Random.class)
final class PauseTest {
  private final SharedStack shared;

  PauseTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aPausedCurationAsksForNoFinishedRowAgain() throws Exception {
    WordProblems problems = shared.takeProblems();
    ScriptedModel model = shared.model();
    model.holdAfter(SharedStack.ROWS / 2);
    Run run = shared.runs().create(curation("paused", problems).build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_CURATE).getDone() > 0);

    Run paused = shared.runs().pause(run.getRunId(), "lunch");
    List<WordProblem> recorded = CurationRecordsOnDisk.of(shared.stack(), run.getRunId(), problems);
    model.release();
    Run resumed = shared.runs().resume(run.getRunId());
    Run finished = shared.runs().finish(run);

    assertThat(paused.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(paused.getPause().getMessage()).contains("lunch", "retort runs resume");
    assertThat(recorded)
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(model.askedAgain(problem)).isZero());
    assertThat(resumed.getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    CurationSummary summary = finished.getSummary().getCuration();
    assertThat(summary.getRetained()).isEqualTo(SharedStack.ROWS / 3);
    assertThat(summary.getImproved()).isEqualTo(2 * SharedStack.ROWS / 3);
  }

  @Test
  void aSpentBudgetWaitsForAPerson() throws Exception {
    WordProblems problems = shared.takeProblems();
    RunSpec.Builder spec = curation("budget", problems);
    // 50 prompt and 20 completion tokens per call: a cost of 70 per call, about 100 calls in total.
    spec.getJudgeBuilder()
        .setBudget(2000)
        .addPrices(
            ModelPrice.newBuilder()
                .setModel(ScriptedModel.MODEL)
                .setPrompt(1_000_000)
                .setCompletion(1_000_000));
    Run run = shared.runs().create(spec.build());

    Run paused =
        shared.runs().await(run.getRunId(), live -> live.getPhase() == RunPhase.RUN_PHASE_PAUSED);
    int evaluations = evaluations(problems);
    assertThatThrownBy(() -> shared.runs().resume(run.getRunId()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("expected: a higher one");
    shared.runs().resume(run.getRunId(), 1_000_000);
    Run finished = shared.runs().finish(run);

    assertThat(paused.getPause().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_BUDGET);
    assertThat(paused.getPause().getMessage()).contains("judge.budget 2000", "--budget");
    assertThat(evaluations).isBetween(1, 2 * SharedStack.ROWS - 1);
    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    CurationSummary summary = finished.getSummary().getCuration();
    assertThat(summary.getRetained() + summary.getImproved()).isEqualTo(SharedStack.ROWS);
    assertThat(summary.getUsage().getCost()).isGreaterThan(2000);
  }

  @Test
  void aPausedTrainingGivesItsProcessorsBackAndResumes() throws Exception {
    RunSpec.Builder spec =
        shared.spec("paused-sft", shared.write(shared.takeProblems(), "paused-sft"));
    spec.setSft(RunSpecs.training(30));
    Run run = shared.runs().create(spec.build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 3);

    List<ProcessHandle> trainers = shared.stack().trainers();
    shared.runs().pause(run.getRunId(), "");
    for (ProcessHandle trainer : trainers) {
      trainer.onExit().get(60, TimeUnit.SECONDS);
    }
    shared.runs().resume(run.getRunId());
    Run finished = shared.runs().finish(run, Stage.STAGE_SFT);

    assertThat(trainers).isNotEmpty();
    // A pause ends at its own checkpoint, independent of the last regular one.
    assertThat(finished.getSummary().getSft().getResumedFromStep()).isGreaterThanOrEqualTo(3);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(30L * SharedStack.ROWS / 4);
  }

  private RunSpec.Builder curation(String name, WordProblems problems) throws Exception {
    return shared
        .spec(name, shared.write(problems, name))
        .setLastStage(LastStage.LAST_STAGE_CURATE);
  }

  private int evaluations(WordProblems problems) {
    return problems.problems().stream()
        .mapToInt(problem -> shared.model().asked(Question.EVALUATE, problem))
        .sum();
  }
}
