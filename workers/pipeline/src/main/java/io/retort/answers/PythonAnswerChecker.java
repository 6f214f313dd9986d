package io.retort.answers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.failure.Failures;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares by computer algebra in a Python process what text and number cannot decide.
 *
 * <p>The process is started with the first question and again when it dies. It gets one question at
 * a time: the one that kills it twice, or that is not answered in time, is known, and is UNKNOWN. A
 * process that does not start is a broken installation: questions fail with
 * PLATFORM/ANSWER_CHECKER_FAILED.
 */
public final class PythonAnswerChecker implements AnswerChecker {
  private static final Logger LOGGER = LoggerFactory.getLogger(PythonAnswerChecker.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String GREETING = "{\"id\":0,\"gold\":\"1\",\"answer\":\"1\"}";
  private static final int MOST_ATTEMPTS = 2;

  private final List<String> command;
  private final Map<String, String> environment;
  private final Duration startTimeout;
  private final Duration answerTimeout;
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private final Thread asker;
  private volatile boolean closed;
  private volatile @Nullable AnswerServer server;

  private record Question(String line, String gold, CompletableFuture<AnswerCheck> result) {}

  /**
   * @param command starts the process
   * @param environment variables added to this process's own
   */
  public PythonAnswerChecker(
      List<String> command,
      Map<String, String> environment,
      Duration startTimeout,
      Duration answerTimeout) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.startTimeout = startTimeout;
    this.answerTimeout = answerTimeout;
    asker = new Thread(this::answerAll, "retort-answers");
    asker.setDaemon(true);
    asker.start();
  }

  /**
   * The checker of the trainer's Python package.
   *
   * @param searchPath put on PYTHONPATH; empty for an interpreter that has the package installed
   * @throws ConfigurationException when the interpreter cannot be run
   */
  public static PythonAnswerChecker ofTrainer(String interpreter, String searchPath) {
    if (!Files.isExecutable(Path.of(interpreter))) {
      throw new ConfigurationException(
          "RETORT_PYTHON: " + interpreter + " (expected: an executable Python interpreter)");
    }
    return new PythonAnswerChecker(
        List.of(interpreter, "-m", "retort_trainer.answer_server"),
        searchPath.isEmpty() ? Map.of() : Map.of("PYTHONPATH", searchPath),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30));
  }

  @Override
  public CompletableFuture<AnswerCheck> check(String gold, String text) {
    return FastAnswerChecker.decide(gold, text)
        .map(CompletableFuture::completedFuture)
        .orElseGet(
            () -> ask(gold, Map.of("id", 1, "gold", gold, "text", text, "last_number", true)));
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(String gold, String answer) {
    return FastAnswerChecker.decideAnswer(gold, answer)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> ask(gold, Map.of("id", 1, "gold", gold, "answer", answer)));
  }

  @Override
  public void close() {
    closed = true;
    asker.interrupt();
    AnswerServer running = server;
    if (running != null) {
      running.kill();
    }
    failAll("the answer checker is closed", null);
  }

  private CompletableFuture<AnswerCheck> ask(String gold, Map<String, Object> fields) {
    Question question = new Question(json(fields), gold, new CompletableFuture<>());
    questions.add(question);
    if (closed) {
      failAll("the answer checker is closed", null);
    }
    return question.result();
  }

  private void answerAll() {
    try {
      while (!closed) {
        Question question = questions.take();
        try {
          question.result().complete(answer(question));
        } catch (IOException | TimeoutException e) {
          LOGGER.error("the answer checker does not start: {}", command, e);
          question.result().completeExceptionally(failure(e.getMessage(), e));
          failAll(e.getMessage(), e);
        } catch (RuntimeException e) {
          question.result().completeExceptionally(e);
        }
      }
    } catch (InterruptedException e) {
      failAll("the answer checker is closed", e);
    }
  }

  /** Throws only what the start of the process throws. */
  private AnswerCheck answer(Question question)
      throws IOException, TimeoutException, InterruptedException {
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      AnswerServer running = running();
      try {
        return parse(running.exchange(question.line(), answerTimeout), question.gold());
      } catch (TimeoutException e) {
        stop(running);
        return AnswerCheck.unknown("not compared within " + answerTimeout.toSeconds() + " s");
      } catch (IOException e) {
        LOGGER.warn("the answer checker died: {}", e.getMessage());
        stop(running);
      }
    }
    return AnswerCheck.unknown("the answer checker died of it");
  }

  private AnswerServer running() throws IOException, TimeoutException, InterruptedException {
    AnswerServer current = server;
    if (current != null) {
      return current;
    }
    AnswerServer started = new AnswerServer(command, environment);
    try {
      started.exchange(GREETING, startTimeout);
    } catch (IOException | TimeoutException e) {
      started.kill();
      throw e;
    }
    server = started;
    return started;
  }

  private void stop(AnswerServer running) {
    running.kill();
    server = null;
  }

  private static AnswerCheck parse(String line, String gold) {
    JsonNode reply;
    try {
      reply = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return AnswerCheck.unknown("the answer checker answered no JSON: " + e.getOriginalMessage());
    }
    if (reply.hasNonNull("error")) {
      return AnswerCheck.unknown(reply.get("error").asText());
    }
    String answer = reply.path("answer").asText("");
    if (reply.path("correct").asBoolean()) {
      return AnswerCheck.correct(answer);
    }
    return answer.isEmpty()
        ? AnswerCheck.unknown("no final answer")
        : AnswerCheck.wrong(answer, gold);
  }

  private static String json(Map<String, Object> fields) {
    try {
      return MAPPER.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text is always JSON", e);
    }
  }

  private void failAll(@Nullable String message, @Nullable Throwable cause) {
    for (Question next = questions.poll(); next != null; next = questions.poll()) {
      next.result().completeExceptionally(failure(message, cause));
    }
  }

  private RuntimeException failure(@Nullable String message, @Nullable Throwable cause) {
    return Failures.platform("ANSWER_CHECKER_FAILED", command + ": " + message, cause);
  }
}
