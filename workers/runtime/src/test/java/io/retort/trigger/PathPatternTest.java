package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.jsonl           | a.jsonl           | true",
        "*.jsonl           | b/a.jsonl         | false",
        "**/*.jsonl        | a.jsonl           | true",
        "**/*.jsonl        | c/b/a.jsonl       | true",
        "**/*.jsonl        | a.jsonl.tmp       | false",
        "done/**           | done/b/a.jsonl    | true",
        "done/**           | undone/a.jsonl    | false",
        "part-?.json       | part-1.json       | true",
        "part-?.json       | part-12.json      | false",
        "part-[0-9].json   | part-7.json       | true",
        "part-[!0-9].json  | part-7.json       | false",
        "part-[!0-9].json  | part-x.json       | true",
        "a[!x]b            | a/b               | false",
        "a.{json,jsonl}    | a.jsonl           | true",
        "a.{json,jsonl}    | a.parquet         | false",
        "a.json            | aXjson            | false",
        "été-*.json        | été-1.json        | true",
        "a\\*.json         | a*.json           | true",
        "a\\*.json         | ab.json           | false",
        "[a-]x             | -x                | true",
        "[]]x              | ]x                | true",
      })
  void matches(String glob, String path, boolean expected) {
    assertThat(PathPattern.of(glob).matches(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'a.{json', '\"{\" without \"}\"'",
    "'{a,{b,c}}', '\"{\" within \"{\"'",
    "'[abc', '\"[\" that does not end'",
    "'[a/b]', '\"/\" within \"[\"'",
    "'a\\', '\"\\\" that does not end'",
  })
  void saysWhatIsNoGlob(String glob, String problem) {
    assertThat(PathPattern.problem(glob)).contains(problem);
  }

  @Test
  void anExpressionThatIsWrongForRe2IsAProblem() {
    assertThat(PathPattern.problem("[z-a].json")).isPresent();
  }

  /** A backtracking matcher would take longer than the universe exists. */
  @Test
  void doesNotBacktrack() {
    String glob = "*a".repeat(60) + "b";

    assertThat(PathPattern.of(glob).matches("a".repeat(900))).isFalse();
  }
}
