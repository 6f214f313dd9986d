package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.python.PythonWorkers;
import io.retort.python.TrainerPython;
import io.retort.v1.AnswerKind;
import io.retort.v1.CodeTest;
import io.retort.v1.CodeTests;
import io.retort.v1.Sample;
import io.retort.worker.ConfigurationException;
import io.temporal.failure.ApplicationFailure;
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
 * Uses a small server in shell with the same protocol, and the real one if its environment exists.
 */
final class PythonAnswerCheckerTest {

  /**
   * Replies CORRECT to everything, after lines that are not replies; dies on "poison", and on
   * "once" the first time; never answers "slow".
   */
  private static final String SERVER =
      """
      seen="$1"
      while read -r line; do
        [[ "$line" =~ \\"id\\":([0-9]+) ]]
        id="${BASH_REMATCH[1]}"
        case "$line" in
          *sandbox*|*unsafe*) echo '{"id": '"$id"', "error": "no bwrap", "category": "FAILURE_CATEGORY_USER", "type": "SANDBOX_MISSING"}' ;;
          *poison*) exit 3 ;;
          *once*) if [ ! -e "$seen.once" ]; then touch "$seen.once"; kill -9 $$; fi; echo '{"id": '"$id"', "answer": "0.5", "verdict": "EQUAL"}' ;;
          *late*) if [ ! -e "$seen.late" ]; then touch "$seen.late"; exec sleep 1000; fi; echo '{"id": '"$id"', "answer": "0.5", "verdict": "EQUAL"}' ;;
          *slow*) exec sleep 1000 ;;
          *broken*) echo '{"id": '"$id"'}' ;;
          *unread*) echo '{"id": null, "error": "not JSON"}' ;;
          *bad*) echo '{"id": '"$id"', "error": "bad question"}' ;;
          *other*) echo '{"id": '"$id"', "answer": "other", "verdict": "DIFFERENT"}' ;;
          *unknown*) echo '{"id": '"$id"', "answer": "unknown", "verdict": "UNDECIDED", "reason": "not read"}' ;;
          *) echo 'Warning: no JSON'; echo '[1]'; echo '{"id": 0, "answer": "old", "verdict": "DIFFERENT"}'; echo '{"id": '"$id"', "answer": "0.5", "verdict": "EQUAL"}' ;;
        esac
      done
      """;

  @Test
  void asksOnlyWhatTextAndNumberCannotDecide() {
    try (PythonWorkers workers = workers(List.of("/nonexistent"))) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      assertThat(checker.check(GoldAnswer.math("72"), "It is 72").join().isCorrect()).isTrue();
      assertThat(checker.compare(GoldAnswer.math("72"), "73").join().verdict())
          .isEqualTo(AnswerVerdict.WRONG);
    }
  }

  @Test
  void answersOfTheProcess(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofSeconds(30));
      assertThat(checker.check(GoldAnswer.math("\\frac{1}{2}"), "so \\boxed{0.5}").join())
          .isEqualTo(AnswerCheck.correct("0.5"));
      assertThat(checker.compare(GoldAnswer.math("\\frac{1}{2}"), "other").join().verdict())
          .isEqualTo(AnswerVerdict.WRONG);
      for (String answer : List.of("bad", "broken", "unread", "unknown")) {
        AnswerCheck check = checker.compare(GoldAnswer.math("\\frac{1}{2}"), answer).join();
        assertThat(check.verdict()).as("%s: %s", answer, check).isEqualTo(AnswerVerdict.UNDECIDED);
        assertThat(check.answer()).isEqualTo(answer);
        assertThat(check.reason()).startsWith("not decided: ");
      }
    }
  }

  @Test
  void linesThatAnswerNothingShiftNoReplies(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofSeconds(30));
      for (int index = 0; index < 5; index++) {
        assertThat(checker.compare(GoldAnswer.math("x+1"), "1+x").join().isCorrect()).isTrue();
        assertThat(checker.compare(GoldAnswer.math("x+1"), "other").join().verdict())
            .isEqualTo(AnswerVerdict.WRONG);
      }
    }
  }

  @Test
  void processThatDiesIsStartedAgainAndTheOthersAreAnswered(@TempDir Path folder)
      throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofSeconds(30));
      CompletableFuture<AnswerCheck> before = checker.compare(GoldAnswer.math("x+1"), "1+x");
      CompletableFuture<AnswerCheck> poison = checker.compare(GoldAnswer.math("x+1"), "poison");
      CompletableFuture<AnswerCheck> after = checker.compare(GoldAnswer.math("x+1"), "1 + x");

      assertThat(before.join().isCorrect()).isTrue();
      assertThat(ActivityFailures.of(poison::join).getType())
          .isEqualTo("PLATFORM/ANSWER_UNCHECKED");
      assertThat(after.join().isCorrect()).isTrue();
    }
  }

  @Test
  void whatWasNotCheckedIsAskedAgain(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofSeconds(2));
      assertThat(checker.compare(GoldAnswer.math("x+1"), "once").join().isCorrect())
          .as("its process was killed the first time")
          .isTrue();
      assertThat(checker.compare(GoldAnswer.math("x+1"), "late").join().isCorrect())
          .as("it was not answered in time the first time")
          .isTrue();
    }
  }

  @Test
  void noVerdictIsMadeOfWhatIsNeverAnswered(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofMillis(300));
      ApplicationFailure failure =
          ActivityFailures.of(() -> checker.compare(GoldAnswer.math("x+1"), "slow").join());

      assertThat(failure.getType()).isEqualTo("PLATFORM/ANSWER_UNCHECKED");
      assertThat(failure.isNonRetryable()).isFalse();
      assertThat(failure.getOriginalMessage()).contains("no answer 3 times");
    }
  }

  @Test
  void processThatDoesNotStartIsAPlatformFailure() {
    try (PythonWorkers workers = workers(List.of("/bin/false"))) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      assertThat(
              ActivityFailures.of(() -> checker.compare(GoldAnswer.math("x+1"), "1+x").join())
                  .getType())
          .isEqualTo("PLATFORM/ANSWER_CHECKER_FAILED");
    }
  }

  @Test
  void interpreterThatIsNotThere() {
    assertThatThrownBy(() -> PythonWorkers.ofTrainer("/nonexistent/python", ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_PYTHON: /nonexistent/python");
  }

  @Test
  void questionsAfterCloseFail(@TempDir Path folder) throws IOException {
    PythonWorkers workers = shell(folder);
    workers.close();

    assertThat(new PythonAnswerChecker(workers).compare(GoldAnswer.math("x+1"), "1+x"))
        .failsWithin(Duration.ofSeconds(5));
  }

  @Test
  void realServer() {
    try (PythonWorkers workers = TrainerPython.workers()) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      assertThat(checker.compare(GoldAnswer.math("\\frac{1}{2}"), "0.5").join().isCorrect())
          .isTrue();
      assertThat(checker.compare(GoldAnswer.math("x+1"), "1+x").join().isCorrect()).isTrue();
      assertThat(
              checker
                  .check(
                      GoldAnswer.math("\\left( 3, \\frac{\\pi}{2} \\right)"),
                      "\\boxed{(3, \\pi/2)}")
                  .join()
                  .isCorrect())
          .isTrue();
      assertThat(checker.compare(GoldAnswer.math("x+1"), "x+2").join().verdict())
          .isEqualTo(AnswerVerdict.WRONG);
      List<CompletableFuture<AnswerCheck>> many =
          IntStream.range(0, 50)
              .mapToObj(index -> checker.compare(GoldAnswer.math("x+" + index), index + "+x"))
              .toList();
      assertThat(many).allSatisfy(check -> assertThat(check.join().isCorrect()).isTrue());
    }
  }

  @Test
  void codeIsRunInASandbox() {
    GoldAnswer gold =
        new GoldAnswer(
            AnswerKind.ANSWER_KIND_CODE, "def f():\n    return 1", "assert f() == 1, 'not one'");
    try (PythonWorkers workers = TrainerPython.workers()) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      assumeThat(checker.requireSandbox()).as("a sandbox").succeedsWithin(Duration.ofMinutes(2));

      assertThat(checker.compare(gold, gold.answer()).join().isCorrect()).isTrue();
      AnswerCheck wrong = checker.check(gold, "```python\ndef f():\n    return 2\n```").join();
      assertThat(wrong.verdict()).isEqualTo(AnswerVerdict.WRONG);
      assertThat(wrong.reason()).isEqualTo("the code fails its tests: AssertionError: not one");
      assertThat(checker.check(gold, "import os\nos._exit(0)").join().isCorrect()).isFalse();
      ChainChecker chains = new ChainChecker(checker);
      assertThat(chains.check(gold, "Return one.").join().isCorrect())
          .as("the gold answer is what the chain leads to")
          .isTrue();
      assertThat(chains.check(gold, "So:\n```\ndef f():\n    return 2\n```").join().verdict())
          .isEqualTo(AnswerVerdict.WRONG);
    }
  }

  @Test
  void codeIsTestedByItsOutput() {
    CodeTests tests =
        CodeTests.newBuilder()
            .setKind(CodeTests.Kind.KIND_STDIN)
            .addTests(CodeTest.newBuilder().setInput("1").setExpectedOutput("-1"))
            .build();
    GoldAnswer gold =
        GoldAnswer.of(
            Sample.newBuilder()
                .setAnswerKind(AnswerKind.ANSWER_KIND_CODE)
                .setAnswer("print(-int(input()))")
                .setCodeTests(tests)
                .build());
    try (PythonWorkers workers = TrainerPython.workers()) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      assumeThat(checker.requireSandbox()).as("a sandbox").succeedsWithin(Duration.ofMinutes(2));

      assertThat(checker.compare(gold, gold.answer()).join().isCorrect()).isTrue();
      assertThat(checker.check(gold, "```python\nprint(2)\n```").join().reason())
          .isEqualTo("the code fails its tests: test 1 of 1: '2' (expected: '-1')");
    }
  }

  @Test
  void missingSandboxIsTheUsersToMend(@TempDir Path folder) throws IOException {
    GoldAnswer gold = new GoldAnswer(AnswerKind.ANSWER_KIND_CODE, "x", "");
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker python = new PythonAnswerChecker(workers);
      for (CompletableFuture<?> asked :
          List.of(
              python.compare(gold, "unsafe"),
              python.requireSandbox(),
              new FastAnswerChecker().check(gold, "x"),
              new FastAnswerChecker().requireSandbox())) {
        ApplicationFailure failure = ActivityFailures.of(asked::join);
        assertThat(failure.getType()).isEqualTo("USER/SANDBOX_MISSING");
        assertThat(failure.isNonRetryable()).isTrue();
      }
    }
  }

  @Test
  void processesAnswerSideBySide(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      AnswerChecker checker = new PythonAnswerChecker(workers, Duration.ofMinutes(5));
      CompletableFuture<AnswerCheck> slow = checker.compare(GoldAnswer.math("x+1"), "slow");

      assertThat(checker.compare(GoldAnswer.math("x+1"), "1+x"))
          .as("answered while another question is under way")
          .succeedsWithin(Duration.ofMinutes(1));
      assertThat(slow).isNotDone();
    }
  }

  private static PythonWorkers shell(Path folder) throws IOException {
    Path script = Files.writeString(folder.resolve("server.sh"), SERVER);
    return workers(List.of("/bin/bash", script.toString(), folder.resolve("seen").toString()));
  }

  private static PythonWorkers workers(List<String> command) {
    return new PythonWorkers(command, Map.of(), 2, Duration.ofSeconds(30));
  }
}
