package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.v1.AnswerKind;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CodeTest;
import io.retort.v1.CodeTests;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Problems with tests in the layout of LiveCodeBench; the problems were written for this test. */
final class LiveCodeBenchTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String PUBLIC = tests("1\\n", "2\\n", "stdin");
  private static final String PRIVATE = tests("5\\n", "6\\n", "stdin");

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void programsOfStandardInputHaveTheirPublicAndThenTheirPrivateTests() throws Exception {
    harness.write("lcb.jsonl", row().toString());
    IngestSummary summary = ingest(benchmark());
    Sample sample = harness.samples(summary).get(0);

    assertThat(sample.getAnswerKind()).isEqualTo(AnswerKind.ANSWER_KIND_CODE);
    assertThat(sample.getAnswer()).isEmpty();
    assertThat(sample.getTests()).isEmpty();
    assertThat(sample.getProblem())
        .isEqualTo("Add one.\n\nRead the input from standard input and print the output.");
    assertThat(sample.getContestDate()).isEqualTo("2024-03-02");
    assertThat(sample.getErrata()).isEmpty();
    CodeTests tests = sample.getCodeTests();
    assertThat(tests.getKind()).isEqualTo(CodeTests.Kind.KIND_STDIN);
    assertThat(tests.getTestsList())
        .containsExactly(
            CodeTest.newBuilder().setInput("1\n").setExpectedOutput("2\n").build(),
            CodeTest.newBuilder().setInput("5\n").setExpectedOutput("6\n").build());
  }

  @Test
  void functionsHaveTheirNameAndStarterCode() throws Exception {
    String starter = "class Solution:\n    def addOne(self, n: int) -> int:\n        ";
    harness.write(
        "lcb.jsonl",
        row()
            .put("metadata", "{\"func_name\": \"addOne\"}")
            .put("starter_code", starter)
            .put("public_test_cases", tests("1", "2", "functional"))
            .put("private_test_cases", tests("5", "6", "functional"))
            .toString());
    Sample sample = harness.samples(ingest(benchmark())).get(0);

    assertThat(sample.getCodeTests().getKind()).isEqualTo(CodeTests.Kind.KIND_FUNCTIONAL);
    assertThat(sample.getCodeTests().getFunction()).isEqualTo("addOne");
    assertThat(sample.getCodeTests().getTestsCount()).isEqualTo(2);
    assertThat(sample.getProblem())
        .isEqualTo(
            "Add one.\n\nComplete this Python code:\n\n```python\n"
                + starter.stripTrailing()
                + "\n```");
  }

  @Test
  void rowsWithOtherTestsAreOtherSamples() throws Exception {
    harness.write(
        "lcb.jsonl",
        row().toString(),
        row().put("private_test_cases", packed(tests("7", "8", "stdin"))).toString());

    assertThat(harness.samples(ingest(benchmark())).stream().map(Sample::getId).distinct())
        .hasSize(2);
  }

  @Test
  void problemsOutsideTheDatesAreLeftOutAndStillCounted() throws Exception {
    harness.write(
        "lcb.jsonl",
        dated("2024-01-31T23:59:59"),
        dated("2024-02-01T00:00:00"),
        dated("2024-02-29T00:00:00"),
        dated("2024-03-01T00:00:00"));
    BenchmarkSpec.Builder february =
        benchmark().setFromDate("2024-02-01").setToDate("2024-02-29").setExpectedRows(4);
    IngestSummary summary = ingest(february);

    assertThat(harness.samples(summary))
        .extracting(Sample::getContestDate)
        .containsExactly("2024-02-01", "2024-02-29");
    // They are not requested, so they are not refused either.
    assertThat(summary.getQuarantined()).isZero();
    assertThat(summary.getContentSha256()).isEqualTo(ingest(benchmark()).getContentSha256());
  }

  @Test
  void errataAreMarkedByIdAndByTitle() throws Exception {
    harness.write(
        "lcb.jsonl",
        row().put("question_id", "abc311_c").put("question_content", "a").toString(),
        row().put("question_id", "abc337_e").put("question_content", "b").toString(),
        row()
            .put("question_id", "2777")
            .put("question_title", "most-frequent-ids")
            .put("question_content", "c")
            .toString(),
        row().put("question_id", "abc300_a").put("question_content", "d").toString());

    assertThat(harness.samples(ingest(benchmark())))
        .extracting(Sample::getErrata)
        .containsExactly("several-answers", "interactive", "wrong-tests", "");
  }

  @Test
  void aRowOfSeveralMebibytesIsRead() throws Exception {
    String input = "7 ".repeat(1 << 20);
    harness.write(
        "lcb.jsonl", row().put("public_test_cases", tests(input, "1", "stdin")).toString());

    assertThat(harness.samples(ingest(benchmark())).get(0).getCodeTests().getTests(0).getInput())
        .isEqualTo(input);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "[{\"input\": \"1\", \"output\": \"2\"}]",
        "[{\"input\": 1, \"output\": \"2\", \"testtype\": \"stdin\"}]",
        "[{\"input\": \"1\", \"output\": \"2\", \"testtype\": \"shell\"}]",
        "[{\"input\": \"1\", \"output\": \"2\", \"testtype\": \"stdin\", \"more\": \"3\"}]",
        "[{\"input\": \"1\", \"input\": \"1\", \"output\": \"2\", \"testtype\": \"stdin\"}]",
        "[{\"input\": \"\\ud800\", \"output\": \"2\", \"testtype\": \"stdin\"}]",
        "[{\"input\": {\"a\": 1}, \"output\": \"2\", \"testtype\": \"stdin\"}]",
        "[] []",
        "[",
      })
  void testsOfAnotherFormAreRefused(String tests) {
    assertThatThrownBy(() -> LiveCodeBenchTests.read("private_test_cases", packed(tests), 1 << 20))
        .isInstanceOf(RefusedRowException.class)
        .hasMessageStartingWith("private_test_cases: ")
        .extracting(e -> ((RefusedRowException) e).reason())
        .isEqualTo(QuarantineReason.BAD_TESTS);
  }

  @Test
  void whatIsNotZlibOfAPickleAndNothingMoreIsRefused() throws Exception {
    byte[] compressed = Base64.getDecoder().decode(packed(PRIVATE));
    byte[] longer = java.util.Arrays.copyOf(compressed, compressed.length + 3);
    byte[] cut = java.util.Arrays.copyOf(compressed, compressed.length - 6);

    assertRefused("not base64!", "neither a JSON array nor Base64");
    assertRefused(packed(PRIVATE) + "\n", "neither a JSON array nor Base64");
    assertRefused(base64(PRIVATE.getBytes(StandardCharsets.UTF_8)), "no zlib data");
    assertRefused(base64(longer), "3 bytes after the zlib data");
    assertRefused(base64(cut), "cut zlib data");
    assertRefused(base64(deflated(PRIVATE.getBytes(StandardCharsets.UTF_8))), "opcode 5b");
  }

  @Test
  void aZipBombIsNotInflated() throws Exception {
    String bomb = packed("[" + " ".repeat(8 << 20) + "]");

    assertThat(bomb.length()).isLessThan(20_000);
    assertRefused(bomb, "more than 1048576 bytes of tests");
  }

  @Test
  void testsUpToTheLimitAreRead() throws Exception {
    String text = "[" + " ".repeat(1000) + "]";
    int pickled = text.length() + 8;

    assertThat(LiveCodeBenchTests.read("f", packed(text), pickled)).isEmpty();
    assertThatThrownBy(() -> LiveCodeBenchTests.read("f", packed(text), pickled - 1))
        .hasMessageContaining("more than " + (pickled - 1) + " bytes");
  }

  @Test
  void moreTestsThanAnyProblemHasAreRefused() {
    String test = tests("1", "2", "stdin").replaceAll("^\\[|]$", "");
    String many = "[" + (test + ",").repeat(LiveCodeBenchTests.MOST_TESTS) + test + "]";

    assertThatThrownBy(() -> LiveCodeBenchTests.read("f", many, 1 << 20))
        .hasMessageContaining("more than 10000 tests");
  }

  @Test
  void badRowsAreQuarantinedWithTheirField() throws Exception {
    harness.write(
        "lcb.jsonl",
        row().toString(),
        row().put("private_test_cases", "gASVCwAAAAAAAACMAWGUjAFilIaULg==").toString(),
        row().put("metadata", "{\"func_name\": \"f; import os\"}").toString(),
        row().put("metadata", "not JSON").toString(),
        row().put("contest_date", "yesterday").toString(),
        row().put("public_test_cases", "[]").put("private_test_cases", "[]").toString());
    List<QuarantinedRow> refused = harness.quarantine(ingest(benchmark()));

    assertThat(refused)
        .extracting(QuarantinedRow::getReason)
        .containsExactly("BAD_TESTS", "WRONG_TYPE", "NOT_JSON", "WRONG_TYPE", "BAD_TESTS");
    assertThat(refused.get(0).getMessage()).startsWith("private_test_cases: no zlib data");
    assertThat(refused.get(2).getMessage()).startsWith("metadata: ");
  }

  private static void assertRefused(String written, String message) {
    assertThatThrownBy(() -> LiveCodeBenchTests.read("f", written, 1 << 20))
        .isInstanceOf(RefusedRowException.class)
        .hasMessageStartingWith("f: " + message);
  }

  private static String dated(String date) throws Exception {
    return row().put("contest_date", date).put("question_content", date).toString();
  }

  private static ObjectNode row() throws Exception {
    return MAPPER
        .createObjectNode()
        .put("question_title", "B. Successor")
        .put("question_content", "Add one.")
        .put("platform", "ours")
        .put("question_id", "own_1")
        .put("contest_id", "own")
        .put("contest_date", "2024-03-02T00:00:00")
        .put("starter_code", "")
        .put("difficulty", "easy")
        .put("public_test_cases", PUBLIC)
        .put("private_test_cases", packed(PRIVATE))
        .put("metadata", "{}");
  }

  private static String tests(String input, String output, String type) {
    return "[{\"input\": \"%s\", \"output\": \"%s\", \"testtype\": \"%s\"}]"
        .formatted(input, output, type);
  }

  /** The data set's own encoding: Base64 of zlib of a pickle of protocol 2. */
  private static String packed(String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes(new byte[] {(byte) 0x80, 2, 0x58});
    for (int shift = 0; shift < 32; shift += 8) {
      pickle.write(content.length >>> shift);
    }
    pickle.writeBytes(content);
    pickle.write(0x2e);
    return base64(deflated(pickle.toByteArray()));
  }

  private static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(content);
      deflater.finish();
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      byte[] block = new byte[1 << 16];
      while (!deflater.finished()) {
        output.write(block, 0, deflater.deflate(block));
      }
      return output.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private BenchmarkSpec.Builder benchmark() {
    return BenchmarkSpec.newBuilder()
        .setName("lcb")
        .setAllowLostRows(true)
        .setSource(harness.source("lcb.jsonl", DataFormat.DATA_FORMAT_LIVECODEBENCH));
  }

  private IngestSummary ingest(BenchmarkSpec.Builder benchmark) {
    DataSource source = benchmark.getSource();
    return harness
        .activities()
        .ingest(harness.request(source).setBenchmark(benchmark).build())
        .getSummary();
  }
}
