package io.retort.student;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Counts tokens with a student's tokenizer. Thread-safe. */
public interface TokenCounter {
  /**
   * @param student folder of the student, in Hugging Face layout
   * @return tokens of the text, special ones left out; 0 where nothing can count them
   */
  CompletableFuture<Integer> count(Path student, String text);

  /** Where there is no Python: nothing is counted. */
  static TokenCounter none() {
    return (student, text) -> CompletableFuture.completedFuture(0);
  }
}
