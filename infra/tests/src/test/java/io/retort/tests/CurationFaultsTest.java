package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.tests.ScriptedModel.Question;
import io.retort.tests.WordProblems.WordProblem;
import io.retort.v1.CurationSummary;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whichever process is killed while rows are judged: every row ends with one outcome, and only the
 * rows in flight are judged again.
 */
@Timeout(300)
@ExtendWith(SharedStack.Resolver.class)
@TestMethodOrder(MethodOrderer.Random.class)
final class CurationFaultsTest {
  /** Shards in flight times rows in flight of a shard, see {@link RunSpecs}. */
  private static final int IN_FLIGHT = 2 * 4;

  private static final long POLL_MILLIS = 200;

  private final SharedStack shared;

  CurationFaultsTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aKilledJudgeWorker() throws Exception {
    survives("killed-judge", () -> shared.stack().kill("judge-1"));
  }

  @Test
  void aKilledPipelineWorker() throws Exception {
    survives("killed-pipeline", () -> shared.stack().kill("pipeline"));
  }

  @Test
  void aKilledTemporalServer() throws Exception {
    survives("killed-temporal", () -> shared.stack().kill("temporal"));
  }

  @Test
  void anEndpointThatGoesAway() throws Exception {
    survives("killed-endpoint", shared.model()::restart);
  }

  private void survives(String name, Runnable fault) throws Exception {
    WordProblems problems = shared.takeProblems();
    ScriptedModel model = shared.model();
    model.holdAfter(SharedStack.ROWS / 2);
    Run run = shared.runs().create(shared.spec(name, shared.write(problems, name)).build());
    awaitOnlyHeldRows(run, problems);

    fault.run();
    List<WordProblem> recorded = CurationRecordsOnDisk.of(shared.stack(), run.getRunId(), problems);
    model.release();
    Run finished = shared.runs().finish(run, Stage.STAGE_CURATE);

    assertThat(recorded).isNotEmpty();
    assertThat(recorded)
        .allSatisfy(problem -> assertThat(shared.model().askedAgain(problem)).isZero());
    assertThat(problems.problems())
        .filteredOn(problem -> shared.model().askedAgain(problem) > 0)
        .hasSizeLessThanOrEqualTo(IN_FLIGHT);
    CurationSummary summary = finished.getSummary().getCuration();
    assertThat(summary.getRows()).isEqualTo(SharedStack.ROWS);
    assertThat(summary.getRetained()).isEqualTo(SharedStack.ROWS / 3);
    assertThat(summary.getImproved()).isEqualTo(2 * SharedStack.ROWS / 3);
  }

  /**
   * Until no row is in flight but those that the model holds: rows are recorded a little later than
   * their answers come, together with others.
   */
  private void awaitOnlyHeldRows(Run run, WordProblems problems) throws InterruptedException {
    while (shared.model().held() == 0 || recorded(run) + shared.model().held() != asked(problems)) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  private long recorded(Run run) {
    return RunClient.stage(shared.runs().get(run.getRunId()), Stage.STAGE_CURATE).getDone();
  }

  private long asked(WordProblems problems) {
    return problems.problems().stream()
        .filter(problem -> shared.model().asked(Question.EVALUATE, problem) > 0)
        .count();
  }
}
