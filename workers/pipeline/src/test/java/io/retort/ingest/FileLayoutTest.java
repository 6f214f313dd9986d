package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.v1.DataFormat;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of one file in different layouts, and rows that cannot be read. */
final class FileLayoutTest {
  private static final String GOOD = "{'problem': 'p', 'answer': 1}";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  /** Rows with ; between, and problem/chain/answer of each. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        // Of two known names, each row has its own.
        "{'problem': 'a', 'answer': 1}; {'problem': 'b', 'solution': 's', 'answer': 2} | a//1 b/s/2",
        "{'problem': 'a', 'solution': 's', 'answer': 1}; {'problem': 'b', 'chain': 'c', 'answer': 2} |"
            + " a/s/1 b/c/2",
        "{'question': 'a', 'answer': 1}; {'problem': 'b', 'answer': 2} | a//1 b//2",
        "{'problem': 'a', 'true_answer': 1}; {'problem': 'b', 'answer': 2} | a//1 b//2",
        "{'problem': '', 'question': 'a', 'answer': 1} | a//1",
        // A row with both is read as before.
        "{'problem': 'a', 'solution': 's', 'answer': 1};"
            + " {'problem': 'b', 'chain': 'c', 'solution': 's', 'answer': 2} | a/s/1 b/s/2",
        "{'problem': 'a', 'answer': 1}; {'problem': 'b', 'chain': 'c', 'solution': 's', 'answer': 2} |"
            + " a//1 b/c/2",
        "{'question': 'a', 'answer': 1}; {'problem': 'x', 'question': 'b', 'answer': 2} | a//1 b//2",
        // Another layout within a file.
        "{'problem': 'a', 'answer': 1}; {'instruction': 'b', 'output': '<think>c</think>#### 2'} |"
            + " a//1 b/c/2",
        "{'instruction': 'b', 'output': '#### 2'}; {'problem': 'a', 'chain': 'c', 'answer': 1} |"
            + " b//2 a/c/1",
        // The input is a part of the problem.
        "{'instruction': 'Add.', 'input': '2, 3', 'output': '<think>c</think>#### 5'} | Add.%2, 3/c/5",
        "{'instruction': 'Add.', 'input': '', 'output': '<think>c</think>#### 5'} | Add./c/5",
        "{'instruction': 'Add.', 'input': null, 'output': '<think>c</think>#### 5'} | Add./c/5",
        // What follows the line of the answer does not belong to it.
        "{'question': 'a', 'answer': 'c%#### 5%Thanks'} | a/c/5",
        "{'question': 'a', 'answer': 'c%####%5 apples%'} | a/c/5 apples",
        "{'question': 'a', 'answer': 'c%#### \\\\begin{matrix}%1%\\\\end{matrix}'} |"
            + " a/c/\\begin{matrix}%1%\\end{matrix}",
        "{'question': 'a', 'answer': 1}; {'question': 'b', 'answer': 'c%#### 5'} | a//1 b/c/5",
        "{'question': 'a', 'chain': 'd', 'answer': 'x'};"
            + " {'question': 'b', 'chain': 'c', 'answer': '5 #### 5'} | a/d/x b/c/5 #### 5",
        // Rows before the first with a known layout.
        "{'meta': 1}; {'problem': 'a', 'answer': 1} | a//1",
        "{'problem': 'z', 'chain': 'c', 'answer': null}; {'problem': 'a', 'answer': 1} | a//1",
        // Equal values of a repeated key, and repeated keys that nobody reads.
        "{'problem': 'a', 'problem': 'a', 'answer': 1, 'x': 1, 'x': 2, 'm': {'y': 1, 'y': 2}} | a//1",
      })
  void rows(String rows, String samples) throws IOException {
    write(rows.split("; "));

    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(harness.samples(summary))
        .extracting(
            sample -> sample.getProblem() + "/" + sample.getChain() + "/" + sample.getAnswer())
        .isEqualTo(List.of(samples.replace('%', '\n').split(" (?=[a-z]/)")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'meta': 1, 'answer': null} | MISSING_FIELD | question: absent (expected: one of the row's"
            + " fields [meta, answer] to be it)",
        "{'question': 'a', 'answer': '5'} | NO_ANSWER | answer: no ####",
        "{'problem': 'a', 'answer': 5, 'answer': 6} | NOT_JSON | answer: two values (expected: each key"
            + " once)",
        "{'problem': 'a', 'problem': null, 'answer': 5} | NOT_JSON | problem: two values",
        "{'problem': '\\u00a0', 'answer': 5} | MISSING_FIELD | problem: blank (expected: text)",
        "{'problem': '\\u200b\\ufeff\\u0000', 'answer': 5} | MISSING_FIELD | problem: blank",
        "{'problem': 'a', 'answer': '\\u3164'} | NO_ANSWER | answer: blank (expected: an answer)",
        "{'problem': 'a', 'answer': '\\\\boxed{}'} | NO_ANSWER | the answer is blank",
        "{'problem': 'a', 'answer': '$\\\\boxed{ }$'} | NO_ANSWER | the answer is blank",
        "{'problem': 'a', 'answer': '\\\\boxed{\\u200b}'} | NO_ANSWER | the answer is blank",
        "{ | NOT_JSON | the object does not end at column 2 (expected: one JSON object, in JSON Lines on"
            + " one line)",
        "{}{} | NOT_JSON | text after the object at column",
        "problem,answer | NOT_JSON | Unrecognized token 'problem' at column",
        "{'a': /**/ 1} | NOT_JSON | Unexpected character ('/' (code 47)) at column",
        "{'a': 1e99999999999999} | NOT_JSON | a number that",
      })
  void rowsThatCannotBeReadSayWhy(String row, String reason, String message) throws IOException {
    write("{'question': 'q', 'answer': 'c #### 1'}", row, GOOD);

    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(summary.getRows()).isEqualTo(2);
    QuarantinedRow refused = harness.quarantine(summary).get(0);
    assertThat(refused.getReason()).isEqualTo(reason);
    assertThat(refused.getMessage())
        .startsWith(message)
        .doesNotContain("Feature", "com.fasterxml", "REDACTED")
        .contains("(expected: ");
  }

  @Test
  void rowsBeforeTheFirstWithALayoutAreQuarantined() throws IOException {
    write("{'problem': 'z', 'answer': null}", GOOD);

    assertThat(harness.quarantine(harness.ingest(harness.source("data.jsonl"))))
        .singleElement()
        .extracting(QuarantinedRow::getMessage)
        .asString()
        .startsWith("fields [problem, answer (null)] (expected: messages or conversations;");
  }

  @Test
  void manyRowsWithoutALayoutAreTheWrongFile() throws IOException {
    write(Collections.nCopies(1_000, "{'text': 'a'}").toArray(String[]::new));
    Files.writeString(
        harness.file("data.jsonl"),
        Files.readString(harness.file("data.jsonl")) + GOOD.replace('\'', '"'));

    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("data.jsonl")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_FORMAT_UNKNOWN");
    assertThat(failure.getOriginalMessage())
        .startsWith(harness.file("data.jsonl") + ":1: fields [text] (expected: messages");
  }

  @Test
  void aNamedLayoutIsThatOfEveryRow() throws IOException {
    write(GOOD, "{'instruction': 'b', 'output': '#### 2'}", "{'question': 'c', 'answer': 3}");

    IngestSummary summary =
        harness.ingest(harness.source("data.jsonl", DataFormat.DATA_FORMAT_FIELDS));

    assertThat(harness.problems(summary)).containsExactly("p");
  }

  @Test
  void aFileWithoutAGoodRowNamesTheFirstBadOne() throws IOException {
    write("{", "  'problem': 'a',", "}");

    assertThat(
            ActivityFailures.of(() -> harness.ingest(harness.source("data.jsonl")))
                .getOriginalMessage())
        .isEqualTo(
            "data: no row is left of 3, refused by reason: {NOT_JSON=3}, the first at "
                + harness.file("data.jsonl")
                + ":1: the object does not end at column 2 (expected: one JSON object, in JSON Lines"
                + " on one line) (expected: at least one good row)");

    write();
    assertThat(
            ActivityFailures.of(() -> harness.ingest(harness.source("data.jsonl")))
                .getOriginalMessage())
        .isEqualTo("data: the files have no row (expected: at least one good row)");
  }

  /** Rows written with apostrophes instead of quotes, and % instead of line breaks in texts. */
  private void write(String... rows) throws IOException {
    String[] json = new String[rows.length];
    for (int index = 0; index < rows.length; index++) {
      json[index] = rows[index].replace('\'', '"').replace("%", "\\n");
    }
    harness.write("data.jsonl", json);
  }
}
