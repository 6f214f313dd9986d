package io.retort.student;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.python.PythonWorkers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts tokens in Python processes. Texts that arrive while a question is pending are batched into
 * the next one, so that many chains need few questions.
 */
public final class PythonTokenCounter implements TokenCounter {
  private static final Logger LOGGER = LoggerFactory.getLogger(PythonTokenCounter.class);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int MOST_TEXTS = 256;

  private final PythonWorkers workers;
  private final Map<Path, Batches> students = new ConcurrentHashMap<>();

  /**
   * @param workers shared with other callers
   */
  public PythonTokenCounter(PythonWorkers workers) {
    this.workers = workers;
  }

  @Override
  public CompletableFuture<Integer> count(Path student, String text) {
    return students.computeIfAbsent(student, Batches::new).add(text);
  }

  private record Waiting(String text, CompletableFuture<Integer> tokens) {}

  /** The questions for one tokenizer, one after the other. */
  private final class Batches {
    private final Path student;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asking = new AtomicBoolean();

    Batches(Path student) {
      this.student = student;
    }

    CompletableFuture<Integer> add(String text) {
      Waiting added = new Waiting(text, new CompletableFuture<>());
      waiting.add(added);
      askNext();
      return added.tokens();
    }

    private void askNext() {
      // Texts that are added while a question is pending are seen when that question ends.
      if (waiting.isEmpty() || !asking.compareAndSet(false, true)) {
        return;
      }
      List<Waiting> batch = new ArrayList<>();
      for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
        batch.add(next);
        if (batch.size() == MOST_TEXTS) {
          break;
        }
      }
      if (batch.isEmpty()) {
        asking.set(false);
        askNext();
        return;
      }
      List<String> texts = batch.stream().map(Waiting::text).toList();
      CompletableFuture<JsonNode> unused =
          workers
              .ask(Map.of("tokenizer", student.toString(), "texts", texts), TIMEOUT)
              .whenComplete(
                  (reply, thrown) -> {
                    asking.set(false);
                    askNext();
                    complete(batch, reply, thrown);
                  });
    }

    private void complete(
        List<Waiting> batch, @Nullable JsonNode reply, @Nullable Throwable thrown) {
      if (thrown != null) {
        LOGGER.warn("{}: tokens are not counted: {}", student, thrown.getMessage());
      }
      for (int index = 0; index < batch.size(); index++) {
        int tokens = reply == null ? 0 : reply.path("tokens").path(index).asInt(0);
        batch.get(index).tokens().complete(tokens);
      }
    }
  }
}
