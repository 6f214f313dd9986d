package io.retort.judge;

import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.JudgeContext;
import java.util.regex.Pattern;

/** Checks of requests; each throws a {@link JudgeException} of INVALID_ARGUMENT. */
final class Requests {
  static final int LARGEST_SAMPLES = 256;

  private static final double LARGEST_TEMPERATURE = 2;
  private static final Pattern STUDENT_SIZE = Pattern.compile("[0-9.]{1,8} ?[KMBT]");

  static void checkContext(JudgeContext context) {
    double temperature = context.getTemperature();
    if (!(temperature >= 0 && temperature <= LARGEST_TEMPERATURE)) {
      throw invalid("context.temperature", String.valueOf(temperature), "0 to 2");
    }
    if (context.getMaxTokens() < 0) {
      throw invalid(
          "context.max_tokens",
          Integer.toUnsignedString(context.getMaxTokens()),
          "0 to " + Integer.MAX_VALUE);
    }
  }

  /** The student's size, which prompts insert as a trusted word. */
  static String studentSize(JudgeContext context) {
    String size = context.getStudentSize();
    if (!STUDENT_SIZE.matcher(size).matches()) {
      throw invalid("context.student_size", '"' + size + '"', "a size such as 7B");
    }
    return size;
  }

  static void checkText(String field, String value) {
    if (value.isBlank()) {
      throw invalid(field, "empty", "a text");
    }
  }

  static void checkSamples(int samples) {
    if (samples < 1 || samples > LARGEST_SAMPLES) {
      throw invalid("samples", Integer.toUnsignedString(samples), "1 to " + LARGEST_SAMPLES);
    }
  }

  /** The number of model calls that {@link #checkSamples} may let through: 1 to 256. */
  static int boundedSamples(int samples) {
    return Math.max(1, Math.min(samples, LARGEST_SAMPLES));
  }

  static JudgeException invalid(String field, String value, String expected) {
    return JudgeException.invalid(
        FailureType.INVALID_REQUEST, field + ": " + value + " (expected: " + expected + ")");
  }

  private Requests() {}
}
