package io.retort.ingest;

import io.retort.v1.CodeTests;
import java.util.List;

/**
 * Texts that a layout finds in a row.
 *
 * @param chain may still have marks and a final-answer line; empty when the row has none
 * @param answer may still have {@code \boxed{}} and thousands separators; the letter of the right
 *     option where there are choices; empty only where there are code tests
 * @param tests unit tests of a code answer; empty when the row has none
 * @param choices options of a multiple choice; empty for other problems
 * @param codeTests tests of a program; without any for other problems
 * @param errata as in a sample
 * @param contestDate as in a sample
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

  /** The texts of a row without choices and contest. */
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
