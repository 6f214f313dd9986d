package io.retort.ingest;

import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.answers.StatedAnswer;
import io.retort.answers.WrittenNumbers;
import io.retort.store.Hashes;
import io.retort.v1.AnswerKind;
import io.retort.v1.DataSource;
import io.retort.v1.Sample;

/** Canonical samples: what layouts found, in one form. */
final class CanonicalSamples {
  /**
   * @param place file and row, for messages
   */
  static Sample of(RowText text, DataSource source, String place) throws RefusedRowException {
    AnswerKind kind = kind(text, source);
    boolean code = kind == AnswerKind.ANSWER_KIND_CODE;
    String problem = text.problem().strip();
    // In code, text that resembles a marker or a number may be neither.
    String answer = code ? code(text.answer()) : answer(text.answer());
    String chain = ChainText.canonical(text.chain(), new GoldAnswer(kind, answer, text.tests()));
    return Sample.newBuilder()
        .setId(id(problem, chain, answer, text.tests()))
        .setProblem(problem)
        .setChain(chain)
        .setAnswer(answer)
        .setSource(place)
        .setAnswerKind(kind)
        .setTests(text.tests())
        .build();
  }

  private static AnswerKind kind(RowText text, DataSource source) throws RefusedRowException {
    AnswerKind kind =
        source.hasAnswerKind()
            ? source.getAnswerKind()
            : text.tests().isEmpty() ? AnswerKind.ANSWER_KIND_MATH : AnswerKind.ANSWER_KIND_CODE;
    if (kind == AnswerKind.ANSWER_KIND_CODE && text.tests().isEmpty()) {
      throw new RefusedRowException(
          QuarantineReason.MISSING_FIELD,
          "no unit tests (expected: some, in the field that fields.tests names, for answer_kind"
              + " code)");
    }
    return kind;
  }

  private static String id(String problem, String chain, String answer, String tests) {
    return tests.isEmpty()
        ? Hashes.sha256Hex(problem, chain, answer)
        : Hashes.sha256Hex(problem, chain, answer, tests);
  }

  /** The gold answer without {@code \boxed{}}; a number without thousands separators. */
  private static String answer(String written) throws RefusedRowException {
    String answer = StatedAnswer.lastBoxed(written).orElse(written).strip();
    if (answer.isEmpty()) {
      throw new RefusedRowException(QuarantineReason.NO_ANSWER, "the answer is blank");
    }
    boolean grouped = answer.indexOf(',') >= 0 && answer.indexOf('$') < 0;
    return grouped
        ? WrittenNumbers.parse(answer).map(number -> answer.replace(",", "")).orElse(answer)
        : answer;
  }

  /** Without blank lines around it; the first line keeps its indentation. */
  private static String code(String written) throws RefusedRowException {
    String code = written.stripTrailing();
    if (code.isEmpty()) {
      throw new RefusedRowException(QuarantineReason.NO_ANSWER, "the answer is blank");
    }
    int start = 0;
    while (Character.isWhitespace(code.charAt(start))) {
      start++;
    }
    return code.substring(code.lastIndexOf('\n', start) + 1);
  }

  private CanonicalSamples() {}
}
