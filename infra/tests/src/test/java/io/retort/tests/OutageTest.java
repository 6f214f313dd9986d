package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.tests.WordProblems.WordProblem;
import io.retort.v1.CurationSummary;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A temporary outage delays a run, but no paid work is lost. */
@Timeout(3000)
@ExtendWith(SharedStack.Resolver.class)
@TestMethodOrder(MethodOrderer.Random.class)
final class OutageTest {
  private static final Duration ENDPOINT =
      Outages.of(Duration.ofMinutes(10), Duration.ofSeconds(12));

  /** Longer than the heartbeat timeout of a shard, including in a build. */
  private static final Duration TEMPORAL =
      Outages.of(Duration.ofMinutes(2), Duration.ofSeconds(35));

  /** Shards in flight times rows in flight of a shard, see {@link RunSpecs}. */
  private static final int IN_FLIGHT = 2 * 4;

  private final SharedStack shared;

  OutageTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void anEndpointThatIsAwayInCurationAndInPairing() throws Exception {
    WordProblems problems = shared.takeProblems();
    ScriptedModel model = shared.model();
    model.holdAfter(SharedStack.ROWS / 2);
    Run run = shared.runs().create(shared.spec("away", shared.write(problems, "away")).build());
    awaitRows(run);

    model.goAway();
    Outages.last(ENDPOINT);
    List<WordProblem> recorded = CurationRecordsOnDisk.of(shared.stack(), run.getRunId(), problems);
    model.release();
    model.comeBack();
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() > 0);
    model.goAway();
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_PAIR).hasStartedAt());
    Outages.last(ENDPOINT);
    model.comeBack();
    Run finished = shared.runs().finish(run, Stage.STAGE_PAIR);

    assertNothingRecordedIsAskedAgain(problems, recorded);
    assertWhole(finished);
    assertThat(finished.getSummary().getPairing().getRows()).isEqualTo(SharedStack.ROWS);
  }

  @Test
  void aTemporalServerThatStandsStillInCurationAndInTraining() throws Exception {
    WordProblems problems = shared.takeProblems();
    ScriptedModel model = shared.model();
    RunSpec.Builder training =
        shared.spec("still-sft", shared.write(shared.takeProblems(), "still-sft"));
    training.setSft(RunSpecs.training(60));
    Run trains = shared.runs().create(training.build());
    shared
        .runs()
        .await(trains.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 3);
    model.holdAfter(SharedStack.ROWS / 2);
    Run curates =
        shared.runs().create(shared.spec("still", shared.write(problems, "still")).build());
    awaitRows(curates);

    shared.stack().freeze("temporal", TEMPORAL);
    List<WordProblem> recorded =
        CurationRecordsOnDisk.of(shared.stack(), curates.getRunId(), problems);
    model.release();
    Run curated = shared.runs().finish(curates, Stage.STAGE_CURATE);
    Run trained = shared.runs().finish(trains, Stage.STAGE_SFT);

    assertNothingRecordedIsAskedAgain(problems, recorded);
    assertWhole(curated);
    assertThat(trained.getSummary().getSft().getSteps()).isEqualTo(60L * SharedStack.ROWS / 4);
    assertThat(trained.getSummary().getSft().getResumedFromStep())
        .as("the trainer went on meanwhile")
        .isZero();
  }

  private void awaitRows(Run run) {
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_CURATE).getDone() > 0);
  }

  private void assertNothingRecordedIsAskedAgain(
      WordProblems problems, List<WordProblem> recorded) {
    assertThat(recorded)
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(shared.model().askedAgain(problem)).isZero());
    assertThat(problems.problems())
        .filteredOn(problem -> shared.model().askedAgain(problem) > 0)
        .hasSizeLessThanOrEqualTo(IN_FLIGHT);
  }

  private static void assertWhole(Run run) {
    CurationSummary summary = run.getSummary().getCuration();
    assertThat(summary.getRows()).isEqualTo(SharedStack.ROWS);
    assertThat(summary.getRetained()).isEqualTo(SharedStack.ROWS / 3);
    assertThat(summary.getImproved()).isEqualTo(2 * SharedStack.ROWS / 3);
  }
}
