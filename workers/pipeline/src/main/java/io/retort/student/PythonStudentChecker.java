package io.retort.student;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.python.PythonWorkers;
import io.retort.v1.Sample;
import io.retort.v1.StudentTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Renders rows in a Python process, identically to the trainer. */
public final class PythonStudentChecker implements StudentChecker {
  /** Includes the import of Transformers. */
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  private final PythonWorkers workers;

  /**
   * @param workers shared with other callers
   */
  public PythonStudentChecker(PythonWorkers workers) {
    this.workers = workers;
  }

  @Override
  public CompletableFuture<List<Integer>> tokens(
      Path student, StudentTemplate template, int maxNewTokens, List<Sample> rows) {
    Map<String, Object> question =
        Map.of(
            "student",
            student.toString(),
            "template",
            Map.of(
                "system_prompt", template.getSystemPrompt(),
                "trace_format", template.getTraceFormat().name(),
                "max_length", template.getMaxLength()),
            "max_new_tokens",
            maxNewTokens,
            "rows",
            rows.stream().map(PythonStudentChecker::row).toList());
    return workers.ask(question, TIMEOUT).handle(PythonStudentChecker::read);
  }

  private static Map<String, String> row(Sample sample) {
    return Map.of(
        "problem", sample.getProblem(),
        "chain", sample.getChain(),
        "answer", sample.getAnswer(),
        "answer_kind", sample.getAnswerKind().name());
  }

  private static List<Integer> read(JsonNode reply, @Nullable Throwable thrown) {
    if (thrown instanceof PythonWorkers.UnansweredException unanswered) {
      throw new UncheckedStudentException(unanswered.reason());
    }
    if (thrown != null) {
      throw thrown instanceof RuntimeException failure ? failure : new CompletionException(thrown);
    }
    List<Integer> tokens = new ArrayList<>();
    reply.path("tokens").forEach(count -> tokens.add(count.asInt()));
    return tokens;
  }
}
