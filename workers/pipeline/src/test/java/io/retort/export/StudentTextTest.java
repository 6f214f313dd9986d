package io.retort.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.v1.AnswerKind;
import io.retort.v1.StudentSpec;
import io.retort.v1.TraceFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StudentTextTest {
  /** The trainer's tests read the same file. */
  private static final Path GOLDEN = Path.of("../../gpu-workers/trainer/tests/student_text.json");

  @Test
  void isTheTextThatTheTrainerRenders() throws IOException {
    JsonNode examples = new ObjectMapper().readTree(GOLDEN.toFile());

    assertThat(examples).isNotEmpty();
    for (JsonNode example : examples) {
      StudentText text =
          new StudentText(
              StudentSpec.newBuilder()
                  .setSystemPrompt(example.get("system_prompt").asText())
                  .setTraceFormat(TraceFormat.valueOf(example.get("trace_format").asText()))
                  .build());
      List<StudentText.Message> expected = new ArrayList<>();
      for (JsonNode message : example.get("messages")) {
        expected.add(
            new StudentText.Message(message.get("role").asText(), message.get("content").asText()));
      }
      assertThat(
              text.chat(
                  example.get("problem").asText(),
                  example.get("chain").asText(),
                  example.get("answer").asText(),
                  AnswerKind.valueOf(example.get("answer_kind").asText())))
          .isEqualTo(expected);
    }
  }
}
