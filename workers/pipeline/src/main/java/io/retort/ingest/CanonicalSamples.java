package io.retort.ingest;

import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.answers.StatedAnswer;
import io.retort.answers.WrittenNumbers;
import io.retort.store.Hashes;
import io.retort.v1.AnswerKind;
import io.retort.v1.CodeTest;
import io.retort.v1.CodeTests;
import io.retort.v1.DataSource;
import io.retort.v1.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Converts the texts that layouts find into canonical samples. */
final class CanonicalSamples {
  /** An empty box, possibly between the marks of a formula. */
  private static final Pattern EMPTY_BOX =
      Pattern.compile("\\$*\\s*\\\\f?(?:rame)?box(?:ed)?\\s*\\{[\\s~]*}\\s*\\$*");

  /**
   * @param place file and row, for messages
   * @param redacted see {@code Sample.redacted}
   */
  static Sample of(RowText text, DataSource source, String place, boolean redacted)
      throws RefusedRowException {
    AnswerKind kind = kind(text, source);
    boolean code = kind == AnswerKind.ANSWER_KIND_CODE;
    String problem = text.problem().strip();
    // In code, text that looks like a marker or a number may be something else.
    boolean program = text.codeTests().getTestsCount() > 0;
    String answer = program ? "" : code ? code(text.answer()) : answer(text.answer());
    String chain = ChainText.canonical(text.chain(), new GoldAnswer(kind, answer, text.tests()));
    Sample.Builder sample = Sample.newBuilder();
    if (program) {
      sample.setCodeTests(text.codeTests());
    }
    return sample
        .setId(id(problem, chain, answer, text))
        .setProblem(problem)
        .setChain(chain)
        .setAnswer(answer)
        .setSource(place)
        .setAnswerKind(kind)
        .setTests(text.tests())
        .addAllChoices(text.choices())
        .setErrata(text.errata())
        .setContestDate(text.contestDate())
        .setRedacted(redacted)
        .build();
  }

  private static AnswerKind kind(RowText text, DataSource source) throws RefusedRowException {
    // For these, only the layout determines how they are checked.
    if (!text.choices().isEmpty()) {
      return AnswerKind.ANSWER_KIND_CHOICE;
    }
    if (text.codeTests().getTestsCount() > 0) {
      return AnswerKind.ANSWER_KIND_CODE;
    }
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

  private static String id(String problem, String chain, String answer, RowText text) {
    List<String> parts = new ArrayList<>(List.of(problem, chain, answer));
    if (!text.tests().isEmpty()) {
      parts.add(text.tests());
    }
    if (!text.choices().isEmpty()) {
      parts.add("choices");
      parts.addAll(text.choices());
    }
    if (text.codeTests().getTestsCount() > 0) {
      parts.add("code tests");
      parts.add(hash(text.codeTests()));
    }
    return Hashes.sha256Hex(parts.toArray(String[]::new));
  }

  /** A hash of everything that determines the tests' requirements. */
  private static String hash(CodeTests tests) {
    String hash =
        Hashes.sha256Hex(
            tests.getKind().name(),
            tests.getFunction(),
            tests.getProgram(),
            tests.getStarterCode());
    for (CodeTest test : tests.getTestsList()) {
      hash = Hashes.sha256Hex(hash, test.getInput(), test.getExpectedOutput());
    }
    return hash;
  }

  /** The gold answer without {@code \boxed{}}; a number without thousands separators. */
  private static String answer(String written) throws RefusedRowException {
    String answer = StatedAnswer.lastBoxed(written).orElse(written).strip();
    if (BlankText.isBlank(EMPTY_BOX.matcher(answer).replaceAll(""))) {
      throw new RefusedRowException(
          QuarantineReason.NO_ANSWER, "the answer is blank (expected: some)");
    }
    boolean grouped = answer.indexOf(',') >= 0 && answer.indexOf('$') < 0;
    return grouped
        ? WrittenNumbers.parse(answer).map(number -> answer.replace(",", "")).orElse(answer)
        : answer;
  }

  /** Without surrounding blank lines; the first line keeps its indentation. */
  private static String code(String written) throws RefusedRowException {
    String code = written.stripTrailing();
    if (code.isEmpty()) {
      throw new RefusedRowException(
          QuarantineReason.NO_ANSWER, "the answer is blank (expected: some)");
    }
    int start = 0;
    while (Character.isWhitespace(code.charAt(start))) {
      start++;
    }
    return code.substring(code.lastIndexOf('\n', start) + 1);
  }

  private CanonicalSamples() {}
}
