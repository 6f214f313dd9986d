package io.retort.ingest;

import io.retort.v1.CodeTests;
import java.util.List;

/**
 * Texts that a layout finds in a row.
 *
 * @param chain may still contain markers and a final-answer line; empty if the row has none
 * @param answer may still contain {@code \boxed{}} and thousands separators; for a multiple choice
 *     the letter of the correct option; empty only if there are code tests
 * @param tests unit tests of a code answer; empty if the row has none
 * @param choices options of a multiple choice; empty for other problems
 * @param codeTests tests of a program; the default instance for other problems
 * @param errata see {@code Sample.errata}
 * @param contestDate see {@code Sample.contest_date}
 */
record RowText(
    String problem,
    String chain,
    String answer,
    String tests,
    List<String> choices,
    CodeTests codeTests,
    String errata,
    String contestDate) {
  RowText {
    choices = List.copyOf(choices);
  }

  /** The texts of a row without choices and contest data. */
  RowText(String problem, String chain, String answer, String tests) {
    this(problem, chain, answer, tests, List.of(), CodeTests.getDefaultInstance(), "", "");
  }

  /** The texts of a row without unit tests. */
  RowText(String problem, String chain, String answer) {
    this(problem, chain, answer, "");
  }

  static RowText ofChoice(String problem, List<String> choices, String letter) {
    return new RowText(problem, "", letter, "", choices, CodeTests.getDefaultInstance(), "", "");
  }

  static RowText ofProgram(String problem, CodeTests codeTests, String errata, String contestDate) {
    return new RowText(problem, "", "", "", List.of(), codeTests, errata, contestDate);
  }
}
