package io.retort.student;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.python.PythonWorkers;
import io.retort.python.TrainerPython;
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
 * Uses a small server in shell that records its questions, and the real one if its environment
 * exists.
 */
final class PythonTokenCounterTest {
  /**
   * Waits for a file before its first answer; reports the position of each text as its number of
   * tokens.
   */
  private static final String SERVER =
      """
      while read -r line; do
        [[ "$line" =~ \\"id\\":([0-9]+) ]]
        id="${BASH_REMATCH[1]}"
        case "$line" in
          *broken*) echo '{"id": '"$id"', "error": "no such tokenizer"}' ;;
          *texts*)
            while [ ! -e "$1/go" ]; do sleep 0.05; done
            echo "$line" >> "$1/asked"
            echo '{"id": '"$id"', "tokens": ['"$(seq -s, 1 300)"']}' ;;
          *) echo '{"id": '"$id"'}' ;;
        esac
      done
      """;

  @Test
  void whatIsAskedMeanwhileGoesIntoOneQuestion(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      TokenCounter counter = new PythonTokenCounter(workers);
      Path student = Path.of("/student");
      CompletableFuture<Integer> first = counter.count(student, "first");
      List<CompletableFuture<Integer>> others =
          IntStream.range(0, 100)
              .mapToObj(index -> counter.count(student, "text " + index))
              .toList();
      Files.createFile(folder.resolve("go"));

      assertThat(first.join()).isEqualTo(1);
      for (int index = 0; index < others.size(); index++) {
        assertThat(others.get(index).join()).isEqualTo(index + 1);
      }
      assertThat(Files.readAllLines(folder.resolve("asked"))).hasSize(2);
    }
  }

  @Test
  void tokenizerThatIsNotThereCountsNothing(@TempDir Path folder) throws IOException {
    try (PythonWorkers workers = shell(folder)) {
      assertThat(new PythonTokenCounter(workers).count(Path.of("/broken"), "text").join()).isZero();
    }
    assertThat(TokenCounter.none().count(Path.of("/student"), "text").join()).isZero();
  }

  @Test
  void realTokenizerThatIsNotThere(@TempDir Path folder) {
    try (PythonWorkers workers = TrainerPython.workers()) {
      assertThat(new PythonTokenCounter(workers).count(folder, "text").join()).isZero();
    }
  }

  private static PythonWorkers shell(Path folder) throws IOException {
    Path script = Files.writeString(folder.resolve("server.sh"), SERVER);
    return new PythonWorkers(
        List.of("/bin/bash", script.toString(), folder.toString()),
        Map.of(),
        2,
        Duration.ofSeconds(30));
  }
}
