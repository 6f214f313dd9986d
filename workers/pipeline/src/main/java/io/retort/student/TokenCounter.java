package io.retort.student;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Counts tokens with a student's tokenizer. Thread-safe. */
public interface TokenCounter {
  /**
   * @param student folder of the student, in Hugging Face layout
   * @return number of tokens of the text without special tokens; 0 if they cannot be counted
   */
  CompletableFuture<Integer> count(Path student, String text);

  /** For workers without Python: counts nothing. */
  static TokenCounter none() {
    return (student, text) -> CompletableFuture.completedFuture(0);
  }
}
