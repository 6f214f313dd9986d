package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a small server in shell that speaks the same protocol, and the real one where it is
 * there.
 */
final class PythonAnswerCheckerTest {
  private static final Path TRAINER = Path.of("../../gpu-workers/trainer");

  /** Says that everything is correct; dies of "poison", and never answers "slow". */
  private static final String SERVER =
      """
      while read -r line; do
        case "$line" in
          *poison*) exit 3 ;;
          *slow*) exec sleep 1000 ;;
          *broken*) echo 'no json' ;;
          *bad*) echo '{"id": 1, "error": "bad question"}' ;;
          *other*) echo '{"id": 1, "answer": "other", "correct": false}' ;;
          *) echo '{"id": 1, "answer": "0.5", "correct": true}' ;;
        esac
      done
      """;

  @Test
  void asksOnlyWhatTextAndNumberCannotDecide() {
    try (AnswerChecker checker = checker(List.of("/nonexistent"), Duration.ofSeconds(1))) {
      assertThat(checker.check("72", "It is 72").join().isCorrect()).isTrue();
      assertThat(checker.compare("72", "73").join().verdict()).isEqualTo(AnswerVerdict.WRONG);
    }
  }

  @Test
  void answersOfTheProcess(@TempDir Path folder) throws IOException {
    try (AnswerChecker checker = shell(folder, Duration.ofSeconds(30))) {
      assertThat(checker.check("\\frac{1}{2}", "so \\boxed{0.5}").join())
          .isEqualTo(AnswerCheck.correct("0.5"));
      assertThat(checker.compare("\\frac{1}{2}", "other").join().verdict())
          .isEqualTo(AnswerVerdict.WRONG);
      assertThat(checker.compare("\\frac{1}{2}", "bad").join().reason()).isEqualTo("bad question");
      assertThat(checker.compare("\\frac{1}{2}", "broken").join().verdict())
          .isEqualTo(AnswerVerdict.UNKNOWN);
    }
  }

  @Test
  void processThatDiesIsStartedAgainAndTheOthersAreAnswered(@TempDir Path folder)
      throws IOException {
    try (AnswerChecker checker = shell(folder, Duration.ofSeconds(30))) {
      CompletableFuture<AnswerCheck> before = checker.compare("x+1", "1+x");
      CompletableFuture<AnswerCheck> poison = checker.compare("x+1", "poison");
      CompletableFuture<AnswerCheck> after = checker.compare("x+1", "1 + x");

      assertThat(before.join().isCorrect()).isTrue();
      assertThat(poison.join()).isEqualTo(AnswerCheck.unknown("the answer checker died of it"));
      assertThat(after.join().isCorrect()).isTrue();
    }
  }

  @Test
  void answerThatTakesTooLongIsNotCorrect(@TempDir Path folder) throws IOException {
    try (AnswerChecker checker = shell(folder, Duration.ofMillis(300))) {
      CompletableFuture<AnswerCheck> slow = checker.compare("x+1", "slow");

      assertThat(slow.join().isCorrect()).isFalse();
      assertThat(slow.join().reason()).contains("not compared within");
    }
  }

  @Test
  void processThatDoesNotStartIsAPlatformFailure() {
    try (AnswerChecker checker = checker(List.of("/bin/false"), Duration.ofSeconds(30))) {
      assertThat(ActivityFailures.of(() -> checker.compare("x+1", "1+x").join()).getType())
          .isEqualTo("PLATFORM/ANSWER_CHECKER_FAILED");
    }
  }

  @Test
  void interpreterThatIsNotThere() {
    assertThatThrownBy(() -> PythonAnswerChecker.ofTrainer("/nonexistent/python", ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_PYTHON: /nonexistent/python");
  }

  @Test
  void questionsAfterCloseFail(@TempDir Path folder) throws IOException {
    AnswerChecker checker = shell(folder, Duration.ofSeconds(30));
    checker.close();

    assertThat(checker.compare("x+1", "1+x")).failsWithin(Duration.ofSeconds(5));
  }

  @Test
  void realServer() {
    Path python = TRAINER.resolve(".venv/bin/python").toAbsolutePath().normalize();
    assumeThat(python).as("the trainer's environment").isExecutable();
    String path = TRAINER.resolve("src").toAbsolutePath().normalize().toString();
    try (AnswerChecker checker = PythonAnswerChecker.ofTrainer(python.toString(), path)) {
      assertThat(checker.compare("\\frac{1}{2}", "0.5").join().isCorrect()).isTrue();
      assertThat(checker.compare("x+1", "1+x").join().isCorrect()).isTrue();
      assertThat(
              checker
                  .check("\\left( 3, \\frac{\\pi}{2} \\right)", "\\boxed{(3, \\pi/2)}")
                  .join()
                  .isCorrect())
          .isTrue();
      assertThat(checker.compare("x+1", "x+2").join().verdict()).isEqualTo(AnswerVerdict.WRONG);
      List<CompletableFuture<AnswerCheck>> many =
          IntStream.range(0, 50)
              .mapToObj(index -> checker.compare("x+" + index, index + "+x"))
              .toList();
      assertThat(many).allSatisfy(check -> assertThat(check.join().isCorrect()).isTrue());
    }
  }

  private static AnswerChecker shell(Path folder, Duration answerTimeout) throws IOException {
    Path script = Files.writeString(folder.resolve("server.sh"), SERVER);
    return checker(List.of("/bin/bash", script.toString()), answerTimeout);
  }

  private static AnswerChecker checker(List<String> command, Duration answerTimeout) {
    return new PythonAnswerChecker(command, Map.of(), Duration.ofSeconds(30), answerTimeout);
  }
}
