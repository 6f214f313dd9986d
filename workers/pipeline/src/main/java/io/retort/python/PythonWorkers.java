package io.retort.python;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.failure.Failures;
import io.retort.v1.FailureCategory;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
 * Python processes that answer questions of one JSON object each, about algebra, code and tokens.
 *
 * <p>A process starts with its first question, and restarts after it dies. It handles one question
 * at a time, so that a question that kills it, or that times out, affects no other question. Such a
 * question is repeated a few times and then fails with PLATFORM/ANSWER_UNCHECKED, so that the
 * activity's retry repeats it later. A process that does not start indicates a broken installation:
 * questions fail with PLATFORM/ANSWER_CHECKER_FAILED.
 */
public final class PythonWorkers implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PythonWorkers.class);
  private static final Map<String, Object> GREETING = Map.of("gold", "1", "answer", "1");
  private static final int MOST_ATTEMPTS = 3;

  private final List<String> command;
  private final Map<String, String> environment;
  private final Duration startTimeout;
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private final List<Asker> askers = new ArrayList<>();
  private volatile boolean closed;

  private record Question(
      Map<String, Object> fields, Duration timeout, CompletableFuture<JsonNode> result) {}

  /** The question itself is the problem, and repeating it would not help. */
  public static final class UnansweredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnansweredException(String reason) {
      super(reason);
    }

    public String reason() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * @param command starts a process
   * @param environment variables added to those of this process
   * @param processes maximum number of processes, at least 1
   */
  public PythonWorkers(
      List<String> command, Map<String, String> environment, int processes, Duration startTimeout) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.startTimeout = startTimeout;
    for (int index = 0; index < processes; index++) {
      askers.add(new Asker());
    }
    askers.forEach(Asker::start);
  }

  /**
   * Processes of the trainer's Python package, as many as there are processors.
   *
   * @param searchPath added to PYTHONPATH; empty if the interpreter has the package installed
   * @throws ConfigurationException if the interpreter cannot be run
   */
  public static PythonWorkers ofTrainer(String interpreter, String searchPath) {
    if (!Files.isExecutable(Path.of(interpreter))) {
      throw new ConfigurationException(
          "RETORT_PYTHON: " + interpreter + " (expected: an executable Python interpreter)");
    }
    return new PythonWorkers(
        List.of(interpreter, "-m", "retort_trainer.answer_server"),
        searchPath.isEmpty() ? Map.of() : Map.of("PYTHONPATH", searchPath),
        Runtime.getRuntime().availableProcessors(),
        Duration.ofSeconds(60));
  }

  /**
   * Asks one question; adds its {@code id}.
   *
   * @return the reply; fails with {@link UnansweredException}, or with a categorised {@link
   *     io.temporal.failure.ApplicationFailure} that the process reported or caused
   */
  public CompletableFuture<JsonNode> ask(Map<String, Object> fields, Duration timeout) {
    Question question = new Question(Map.copyOf(fields), timeout, new CompletableFuture<>());
    questions.add(question);
    if (closed) {
      failAll("the answer checker is closed", null);
    }
    return question.result();
  }

  @Override
  public void close() {
    closed = true;
    askers.forEach(Asker::end);
    failAll("the answer checker is closed", null);
  }

  /** One process and the thread that asks it. */
  private final class Asker extends Thread {
    private volatile @Nullable PythonProcess server;

    Asker() {
      super("retort-answers");
      setDaemon(true);
    }

    void end() {
      interrupt();
      PythonProcess running = server;
      if (running != null) {
        running.kill();
      }
    }

    @Override
    public void run() {
      try {
        while (!closed) {
          answer(questions.take());
        }
      } catch (InterruptedException e) {
        failAll("the answer checker is closed", e);
      } finally {
        // A process that was still starting when end() ran.
        PythonProcess left = server;
        if (left != null) {
          left.kill();
        }
      }
    }

    private void answer(Question question) throws InterruptedException {
      try {
        question.result().complete(read(reply(question)));
      } catch (IOException | TimeoutException e) {
        LOGGER.error("the answer checker does not start: {}", command, e);
        question.result().completeExceptionally(failure(e.getMessage(), e));
        failAll(e.getMessage(), e);
      } catch (InterruptedException e) {
        question.result().completeExceptionally(failure("the answer checker is closed", e));
        throw e;
      } catch (RuntimeException e) {
        question.result().completeExceptionally(e);
      }
    }

    /** Throws failures of the question and failures to start the process, and nothing else. */
    private JsonNode reply(Question question)
        throws IOException, TimeoutException, InterruptedException {
      String fault = "";
      for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        PythonProcess running = running();
        try {
          return running.exchange(question.fields(), question.timeout());
        } catch (TimeoutException | IOException e) {
          fault = String.valueOf(e.getMessage());
          LOGGER.warn("the answer checker gave no answer, attempt {}: {}", attempt, fault);
          stop(running);
        }
      }
      throw Failures.platform(
          "ANSWER_UNCHECKED",
          "the answer checker gave no answer " + MOST_ATTEMPTS + " times: " + fault,
          null);
    }

    private PythonProcess running() throws IOException, TimeoutException, InterruptedException {
      PythonProcess current = server;
      if (current != null) {
        return current;
      }
      PythonProcess started = new PythonProcess(command, environment);
      try {
        started.exchange(GREETING, startTimeout);
      } catch (IOException | TimeoutException | InterruptedException e) {
        started.kill();
        throw e;
      }
      server = started;
      return started;
    }

    private void stop(PythonProcess running) {
      running.kill();
      server = null;
    }
  }

  private static JsonNode read(JsonNode reply) {
    if (!reply.hasNonNull("error")) {
      return reply;
    }
    String message = reply.get("error").asText();
    for (FailureCategory category : FailureCategory.values()) {
      if (category.name().equals(reply.path("category").asText())) {
        String type = reply.path("type").asText("ANSWER_CHECKER_FAILED");
        throw Failures.toApplicationFailure(Failures.of(category, type, message), null);
      }
    }
    throw new UnansweredException(message);
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
