package io.retort.student;

import io.retort.v1.Sample;
import io.retort.v1.StudentTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Renders rows with a student's own tokenizer and chat template. Thread-safe. */
public interface StudentChecker {
  /**
   * @param student folder of the student, in Hugging Face layout; its weights are not read
   * @param maxNewTokens the largest of the benchmarks; 0 if the run does not evaluate
   * @return tokens of each row as training counts them, without rows that training excludes for
   *     another reason; fails with a USER failure for problems that no data could fix (a chat
   *     template that refuses the system turn or cannot be rendered, no room in the model's
   *     context), and with {@link UncheckedStudentException} if the student cannot be checked
   */
  CompletableFuture<List<Integer>> tokens(
      Path student, StudentTemplate template, int maxNewTokens, List<Sample> rows);

  /** The cause is not a platform fault, and repeating the check would not help. */
  final class UncheckedStudentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UncheckedStudentException(String message) {
      super(message);
    }
  }

  /** For workers without Python: the student cannot be checked. */
  static StudentChecker none() {
    return (student, template, maxNewTokens, rows) ->
        CompletableFuture.failedFuture(
            new UncheckedStudentException("RETORT_PYTHON is not set for the pipeline worker"));
  }
}
