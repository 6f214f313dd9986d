package io.retort.answers;

import io.retort.v1.AnswerKind;
import io.retort.v1.CodeTests;
import io.retort.v1.Sample;

/**
 * The gold answer and how answers are compared with it.
 *
 * @param answer the gold answer; for CODE a program that passes the tests
 * @param tests Python unit tests for CODE, else empty
 * @param codeTests tests for CODE that are not, or not only, a Python program; the default instance
 *     if there are none
 */
public record GoldAnswer(AnswerKind kind, String answer, String tests, CodeTests codeTests) {
  public GoldAnswer {
    // Samples of older snapshots have no kind.
    kind =
        switch (kind) {
          case ANSWER_KIND_MATH, ANSWER_KIND_CHOICE, ANSWER_KIND_EXACT, ANSWER_KIND_CODE -> kind;
          case ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED -> AnswerKind.ANSWER_KIND_MATH;
        };
  }

  /** A gold answer whose only tests are a Python program. */
  public GoldAnswer(AnswerKind kind, String answer, String tests) {
    this(kind, answer, tests, CodeTests.getDefaultInstance());
  }

  public static GoldAnswer of(Sample sample) {
    return new GoldAnswer(
        sample.getAnswerKind(), sample.getAnswer(), sample.getTests(), sample.getCodeTests());
  }

  public static GoldAnswer math(String answer) {
    return new GoldAnswer(AnswerKind.ANSWER_KIND_MATH, answer, "");
  }
}
