package io.retort.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.python.PythonWorkers;
import io.retort.python.TrainerPython;
import io.retort.v1.Sample;
import io.retort.v1.StudentTemplate;
import io.retort.v1.TraceFormat;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PythonStudentCheckerTest {
  private static final StudentTemplate TEMPLATE =
      StudentTemplate.newBuilder()
          .setSystemPrompt("Think.")
          .setTraceFormat(TraceFormat.TRACE_FORMAT_THINK)
          .setMaxLength(256)
          .build();
  private static final List<Sample> ROWS =
      List.of(Sample.newBuilder().setProblem("1 + 1?").setChain("One.").setAnswer("2").build());

  @Test
  void theTrainerTellsWhatIsMissing(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    try (PythonWorkers workers = TrainerPython.workers()) {
      assertThatThrownBy(
              () -> new PythonStudentChecker(workers).tokens(folder, TEMPLATE, 0, ROWS).join())
          .hasCauseInstanceOf(ApplicationFailure.class)
          .hasStackTraceContaining("tokenizer.json or tokenizer.model or vocab.json is missing");
    }
  }

  @Test
  void whatIsNotAnsweredIsNotChecked(@TempDir Path folder) throws IOException {
    Path script =
        Files.writeString(
            folder.resolve("server.sh"),
            """
            while read -r line; do
              [[ "$line" =~ \\"id\\":([0-9]+) ]]
              id="${BASH_REMATCH[1]}"
              case "$line" in
                *Think*) echo '{"id": '"$id"', "tokens": [7, 9]}' ;;
                *rows*) echo '{"id": '"$id"', "error": "ValueError: no"}' ;;
                *) echo '{"id": '"$id"'}' ;;
              esac
            done
            """);
    try (PythonWorkers workers =
        new PythonWorkers(
            List.of("/bin/bash", script.toString()), Map.of(), 1, Duration.ofSeconds(30))) {
      StudentChecker checker = new PythonStudentChecker(workers);
      assertThat(checker.tokens(folder, TEMPLATE, 0, ROWS).join()).containsExactly(7, 9);
      assertThatThrownBy(
              () -> checker.tokens(folder, StudentTemplate.getDefaultInstance(), 0, ROWS).join())
          .hasCauseInstanceOf(StudentChecker.UncheckedStudentException.class)
          .hasMessageContaining("ValueError: no");
    }
  }
}
