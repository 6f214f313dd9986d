package io.retort.answers;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.v1.AnswerKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compares by computer algebra what text and number cannot decide, and runs code with its tests in
 * a sandbox, both in Python processes. What a process dies of, or does not answer in time, is
 * UNKNOWN.
 */
public final class PythonAnswerChecker implements AnswerChecker {
  private static final Duration ALGEBRA_TIMEOUT = Duration.ofSeconds(30);

  /** Longer than the sandbox lets a program run, which it tells by itself. */
  private static final Duration CODE_TIMEOUT = Duration.ofMinutes(2);

  private final PythonWorkers workers;
  private final Duration algebraTimeout;

  /**
   * @param workers shared with others
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
    return FastAnswerChecker.decide(gold, text)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> ask(gold, Map.of("text", text, "last_number", true)));
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
    return FastAnswerChecker.decideAnswer(gold, answer)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> ask(gold, Map.of("answer", answer)));
  }

  @Override
  public CompletableFuture<Void> requireSandbox() {
    return workers.ask(Map.of("sandbox", true), CODE_TIMEOUT).thenApply(reply -> null);
  }

  private CompletableFuture<AnswerCheck> ask(GoldAnswer gold, Map<String, Object> found) {
    boolean code = gold.kind() == AnswerKind.ANSWER_KIND_CODE;
    Map<String, Object> question = new HashMap<>(found);
    question.put("gold", gold.answer());
    if (code) {
      question.put("kind", gold.kind().name());
      question.put("tests", gold.tests());
    }
    return workers
        .ask(question, code ? CODE_TIMEOUT : algebraTimeout)
        .handle((reply, thrown) -> thrown == null ? read(reply, gold) : unanswered(thrown));
  }

  private static AnswerCheck read(JsonNode reply, GoldAnswer gold) {
    String answer = reply.path("answer").asText("");
    if (reply.path("correct").asBoolean()) {
      return AnswerCheck.correct(answer);
    }
    if (answer.isEmpty()) {
      return AnswerCheck.unknown("no final answer");
    }
    return reply.hasNonNull("reason")
        ? AnswerCheck.failed(answer, reply.get("reason").asText())
        : AnswerCheck.wrong(answer, gold.answer());
  }

  private static AnswerCheck unanswered(Throwable thrown) {
    if (thrown instanceof PythonWorkers.UnansweredException unanswered) {
      return AnswerCheck.unknown(unanswered.reason());
    }
    throw thrown instanceof RuntimeException failure ? failure : new CompletionException(thrown);
  }
}
