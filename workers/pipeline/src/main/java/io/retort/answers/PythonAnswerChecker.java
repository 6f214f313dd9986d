package io.retort.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.JsonFormat;
import io.retort.python.PythonWorkers;
import io.retort.v1.AnswerKind;
import io.retort.v1.CodeTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Delegates cases that are not beyond doubt to the trainer's Python code, which parses answers and
 * runs code with its tests in a sandbox. A question without a reply is repeated and finally fails
 * with PLATFORM/ANSWER_UNCHECKED; it never becomes a verdict.
 */
public final class PythonAnswerChecker implements AnswerChecker {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Exceeds the time after which the process itself reports that it cannot decide. */
  private static final Duration ALGEBRA_TIMEOUT = Duration.ofMinutes(3);

  /**
   * Exceeds the time limit of a program and its first test, which the sandbox reports itself, plus
   * the sandbox's self-test, which precedes the first program.
   */
  private static final Duration CODE_TIMEOUT = Duration.ofMinutes(3);

  /** Time limit of a test without its own limit. */
  private static final double TEST_SECONDS = 6;

  private final PythonWorkers workers;
  private final Duration algebraTimeout;

  /**
   * @param workers shared with other callers
   */
  public PythonAnswerChecker(PythonWorkers workers) {
    this(workers, ALGEBRA_TIMEOUT);
  }

  PythonAnswerChecker(PythonWorkers workers, Duration algebraTimeout) {
    this.workers = workers;
    this.algebraTimeout = algebraTimeout;
  }

  @Override
  public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CODE -> ask(gold, Map.of("text", text));
      case ANSWER_KIND_CHOICE, ANSWER_KIND_EXACT ->
          CompletableFuture.completedFuture(FastAnswerChecker.checkWords(gold, text));
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          MathAnswer.find(gold.answer(), text)
              .map(
                  found ->
                      compare(gold, found.answer())
                          .thenApply(check -> FastAnswerChecker.of(found, check)))
              .orElseGet(() -> CompletableFuture.completedFuture(FastAnswerChecker.nothing()));
    };
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
    return FastAnswerChecker.decide(gold, answer)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> ask(gold, Map.of("answer", answer)));
  }

  @Override
  public CompletableFuture<Void> requireSandbox() {
    return workers.ask(Map.of("sandbox", true), CODE_TIMEOUT).thenApply(reply -> null);
  }

  private CompletableFuture<AnswerCheck> ask(GoldAnswer gold, Map<String, Object> found) {
    boolean code = gold.kind() == AnswerKind.ANSWER_KIND_CODE;
    String alone = String.valueOf(found.getOrDefault("answer", ""));
    Map<String, Object> question = new HashMap<>(found);
    question.put("gold", gold.answer());
    if (code) {
      question.put("kind", gold.kind().name());
      question.put("tests", gold.tests());
      if (!gold.codeTests().equals(CodeTests.getDefaultInstance())) {
        question.put("code_tests", tree(gold.codeTests()));
      }
    }
    return workers
        .ask(question, code ? timeout(gold.codeTests()) : algebraTimeout)
        .handle(
            (reply, thrown) ->
                thrown == null ? read(reply, gold, alone) : unanswered(alone, thrown));
  }

  private static Duration timeout(CodeTests tests) {
    double seconds = tests.hasTimeoutSeconds() ? tests.getTimeoutSeconds() : TEST_SECONDS;
    return CODE_TIMEOUT.plusMillis(Math.round(1_000 * seconds * tests.getTestsCount()));
  }

  private static JsonNode tree(CodeTests tests) {
    try {
      return JSON.readTree(JsonFormat.printer().preservingProtoFieldNames().print(tests));
    } catch (IOException e) {
      throw new UncheckedIOException("code_tests cannot be written as JSON", e);
    }
  }

  private static AnswerCheck read(JsonNode reply, GoldAnswer gold, String asked) {
    String answer = reply.path("answer").asText(asked);
    String reason = reply.path("reason").asText("");
    return switch (reply.path("verdict").asText()) {
      case "EQUAL" -> AnswerCheck.correct(answer);
      case "UNDECIDED" -> AnswerCheck.undecided(answer, reason);
      case "DIFFERENT" ->
          answer.isEmpty()
              ? FastAnswerChecker.nothing()
              : reason.isEmpty()
                  ? AnswerCheck.wrong(answer, gold.answer())
                  : AnswerCheck.failed(answer, reason);
      default -> AnswerCheck.undecided(answer, "the answer checker gave no verdict: " + reply);
    };
  }

  private static AnswerCheck unanswered(String answer, Throwable thrown) {
    if (thrown instanceof PythonWorkers.UnansweredException unanswered) {
      return AnswerCheck.undecided(answer, unanswered.reason());
    }
    throw thrown instanceof RuntimeException failure ? failure : new CompletionException(thrown);
  }
}
