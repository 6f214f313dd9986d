package io.retort.judge;

import static io.retort.judge.JudgeFixture.context;
import static io.retort.judge.JudgeFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.ImproveRequest;
import io.retort.v1.RateRequest;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import io.retort.v1.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The demo's teacher, a program, as the judge worker asks it. */
class DemoTeacherTest {
  private static final String PROBLEM =
      "Leo buys 3 balls for 5 dollars each and a book for 3 dollars. How many dollars does Leo pay?";
  private static final String CLEAR =
      "The balls cost 3 * 5 = 15 dollars.\n\nTogether 15 + 3 = 18 dollars.";
  private static final String TERSE = "Multiply, then add. The result is 18.";
  private static final String CONCLUDED = CLEAR + "\n\nThe answer is \\boxed{18}.";

  private static Process teacher;
  private static JudgeFixture fixture;

  @BeforeAll
  static void start() throws IOException {
    teacher =
        new ProcessBuilder(
                "python3", Path.of("../../examples/demo/teacher.py").toString(), "--port=0")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = teacher.inputReader();
    String ready = said.readLine();
    assertThat(ready).startsWith("ready http://127.0.0.1:");
    URI address = URI.create(ready.substring("ready ".length()) + "/v1");
    fixture = new JudgeFixture(Duration.ofSeconds(30), address);
  }

  @AfterAll
  static void stop() {
    if (fixture != null) {
      fixture.close();
    }
    teacher.destroy();
  }

  @ParameterizedTest
  @CsvSource({"'" + TERSE + "', DIFFICULTY_SIMPLE", "'" + CLEAR + "', DIFFICULTY_MEDIUM"})
  void labelsChains(String chain, Difficulty difficulty) {
    EvaluateRequest request =
        EvaluateRequest.newBuilder()
            .setContext(context("other"))
            .setProblem(PROBLEM)
            .setAnswer("18")
            .setChain(chain)
            .build();

    Verdict verdict = fixture.stub().evaluate(request).getVerdict();

    assertThat(verdict.getDifficulty()).isEqualTo(difficulty);
    assertThat(verdict.getCritique()).isNotBlank();
  }

  @ParameterizedTest
  @EnumSource(names = {"DIFFICULTY_SIMPLE", "DIFFICULTY_HARD"})
  void expandsAndSimplifies(Difficulty difficulty) {
    ImproveRequest request =
        ImproveRequest.newBuilder()
            .setContext(context("other"))
            .setProblem(PROBLEM)
            .setAnswer("18")
            .setChain(TERSE)
            .setVerdict(Verdict.newBuilder().setDifficulty(difficulty).setCritique("Hm."))
            .build();

    assertThat(fixture.stub().improve(request).getChain()).isEqualTo(CONCLUDED);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CORRUPTION_KIND_UNSPECIFIED", "UNRECOGNIZED"})
  void spoilsAChainAndFindsOut(CorruptionKind kind) {
    CorruptRequest request =
        CorruptRequest.newBuilder()
            .setContext(context("other"))
            .setProblem(PROBLEM)
            .setAnswer("18")
            .setChain(CLEAR)
            .setKind(kind)
            .build();

    String corrupted = fixture.stub().corrupt(request).getChain();

    assertThat(corrupted).isNotEqualTo(CONCLUDED).matches("(?s).*\\\\boxed\\{\\d+}\\.");
    assertThat(validate(corrupted).getSound()).isFalse();
    assertThat(validate(CLEAR).getSound()).isTrue();
    assertThat(validate(TERSE).getSound()).isTrue();
  }

  @Test
  void ratesChains() {
    RateRequest request =
        RateRequest.newBuilder()
            .setContext(context("other"))
            .setProblem(PROBLEM)
            .setAnswer("18")
            .setChain(CLEAR)
            .build();

    assertThat(fixture.stub().rate(request).getRatings().getVerbosity()).isEqualTo(5);
  }

  @Test
  void refusesAnotherProblemAndSaysWhy() {
    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> fixture.stub().evaluate(JudgeFixture.evaluate("other")));

    assertThat(failure(thrown).getType()).isEqualTo("BAD_REQUEST");
    assertThat(failure(thrown).getMessage()).contains("expected: a problem of generate.py");
  }

  private static ValidateResponse validate(String chain) {
    return fixture
        .stub()
        .validate(
            ValidateRequest.newBuilder()
                .setContext(context("other"))
                .setProblem(PROBLEM)
                .setAnswer("18")
                .setChain(chain)
                .build());
  }
}
