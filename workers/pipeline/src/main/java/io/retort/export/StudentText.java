package io.retort.export;

import io.retort.v1.AnswerKind;
import io.retort.v1.StudentSpec;
import io.retort.v1.TraceFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Renders problems and chains as the student reads and writes them, identically to the trainer's
 * {@code template.py}; golden examples in {@code gpu-workers/trainer/tests/student_text.json} test
 * both.
 */
final class StudentText {
  private final String systemPrompt;
  private final TraceFormat format;

  StudentText(StudentSpec student) {
    this.systemPrompt = student.getSystemPrompt();
    this.format = student.getTraceFormat();
  }

  /** One turn of a chat. */
  record Message(String role, String content) {}

  /** The chat up to the assistant's turn. */
  List<Message> prompt(String problem) {
    List<Message> messages = new ArrayList<>();
    if (!systemPrompt.isEmpty()) {
      messages.add(new Message("system", systemPrompt));
    }
    messages.add(new Message("user", problem.strip()));
    return messages;
  }

  /** The assistant's turn: the chain between the format's markers, then the answer. */
  Message completion(String chain, String answer, AnswerKind kind) {
    String solution = solution(answer, kind);
    String text =
        switch (format) {
          case TRACE_FORMAT_THOUGHT ->
              "<|begin_of_thought|>\n\n"
                  + chain.strip()
                  + "\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n"
                  + solution
                  + "\n\n<|end_of_solution|>";
          case TRACE_FORMAT_THINK, TRACE_FORMAT_UNSPECIFIED, UNRECOGNIZED ->
              "<think>\n" + chain.strip() + "\n</think>\n\n" + solution;
        };
    return new Message("assistant", text);
  }

  /** A whole chat. */
  List<Message> chat(String problem, String chain, String answer, AnswerKind kind) {
    List<Message> messages = prompt(problem);
    messages.add(completion(chain, answer, kind));
    return messages;
  }

  private static String solution(String answer, AnswerKind kind) {
    return switch (kind) {
      case ANSWER_KIND_CODE -> "```python\n" + answer.strip() + "\n```";
      case ANSWER_KIND_MATH,
          ANSWER_KIND_CHOICE,
          ANSWER_KIND_EXACT,
          ANSWER_KIND_UNSPECIFIED,
          UNRECOGNIZED ->
          "The answer is \\boxed{" + answer + "}.";
    };
  }
}
