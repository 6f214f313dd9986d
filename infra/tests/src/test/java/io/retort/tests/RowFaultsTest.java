package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpStatus;
import io.retort.tests.WordProblems.WordProblem;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A single row never ends a run: it is quarantined with the endpoint's message. */
@Timeout(300)
@ExtendWith(SharedStack.Resolver.class)
final class RowFaultsTest {
  private final SharedStack shared;

  RowFaultsTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void rowsThatAnEndpointOrTheProgramCannotTakeAreSetAside() throws Exception {
    WordProblems problems = shared.takeProblems();
    WordProblem filtered = problems.problems().get(0);
    WordProblem tooLong = problems.problems().get(9);
    WordProblem failing = problems.problems().get(SharedStack.ROWS - 1);
    ScriptedModel model = shared.model();
    model.refuse(
        filtered,
        HttpStatus.BAD_REQUEST,
        "{\"error\": {\"code\": \"content_filter\", \"message\": \"no apples here\"}}");
    model.refuse(
        tooLong, HttpStatus.BAD_REQUEST, "{\"detail\": \"maximum context length is 8 tokens\"}");
    model.refuse(failing, HttpStatus.INTERNAL_SERVER_ERROR, "{\"error\": \"worker lost\"}");
    Path file = shared.write(problems, "row-faults");
    Files.writeString(
        file,
        "{\"problem\": \"How many atoms?\", \"chain\": \"Many: 1e999999999 = 1e999999999.\","
            + " \"answer\": \"1e999999999\"}\n",
        StandardOpenOption.APPEND);

    Run run =
        shared
            .runs()
            .finish(
                shared
                    .runs()
                    .create(
                        shared
                            .spec("row-faults", file)
                            .setLastStage(LastStage.LAST_STAGE_CURATE)
                            .build()));

    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    CurationSummary summary = run.getSummary().getCuration();
    assertThat(summary.getReasonsList())
        .extracting(Count::getName)
        .contains("CONTENT_FILTERED", "CONTEXT_LENGTH_EXCEEDED");
    assertThat(summary.getQuarantined()).isGreaterThanOrEqualTo(3);
    assertThat(summary.getRetained() + summary.getImproved())
        .as("all rows but those")
        .isBetween(SharedStack.ROWS - 3L, SharedStack.ROWS - 3L + 1);
  }
}
