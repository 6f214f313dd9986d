package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.github.luben.zstd.ZstdOutputStream;
import io.retort.pipeline.ActivityFailures;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.FieldMapping;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are read, and which rows are found in them. */
final class DataFilesTest {
  private static final String LINES = row(1) + "\n\n" + row(2) + "\n" + row(3);
  private static final String ARRAY = " \n[" + row(1) + ", " + row(2) + ",\n" + row(3) + "]\n";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  /** The type of a file depends on its content, not on its name. */
  @ParameterizedTest
  @CsvSource({
    "lines, none, data:1 data:3 data:4",
    "lines, gzip, data:1 data:3 data:4",
    "lines, zstd, data:1 data:3 data:4",
    "array, none, data:1 data:2 data:3",
    "array, gzip, data:1 data:2 data:3",
    "array, zstd, data:1 data:2 data:3"
  })
  void everyFormatInEveryCompression(String format, String compression, String places)
      throws IOException {
    String text = format.equals("lines") ? LINES : ARRAY;
    Files.write(harness.file("data"), compressed(compression, text));

    List<Sample> samples = harness.samples(harness.ingest(harness.source("data")));

    assertThat(samples)
        .extracting(Sample::getProblem)
        .containsExactly("What is 1+1?", "What is 2+2?", "What is 3+3?");
    assertThat(samples).extracting(Sample::getSource).containsExactly(places.split(" "));
  }

  @Test
  void parquet() throws Exception {
    parquet(
        "data",
        "SELECT 'What is ' || i || '?' AS problem, NULL AS chain, i * 1.50 AS answer,"
            + " 'nan'::DOUBLE AS score FROM range(1, 3) t(i)");

    List<Sample> samples = harness.samples(harness.ingest(harness.source("data")));

    assertThat(samples)
        .extracting(Sample::getProblem, Sample::getAnswer, Sample::getSource)
        .containsExactly(tuple("What is 1?", "1.5", "data:1"), tuple("What is 2?", "3", "data:2"));
  }

  /** Nested columns between others do not count as columns. */
  @Test
  void parquetColumnsByTheirExactNames() throws Exception {
    parquet(
        "data",
        "SELECT 'What is 2*4?' AS problem, 'Eight.' AS Xnswer, {'chain': 'x', 'l': [1]} AS meta,"
            + " '2*4 = 8' AS chain, 8 AS answer, 1 AS \"it's\"");
    // DuckDB would not write both names, so one of the same length is patched into the file.
    String bytes = Files.readString(harness.file("data"), StandardCharsets.ISO_8859_1);
    Files.writeString(
        harness.file("data"), bytes.replace("Xnswer", "Answer"), StandardCharsets.ISO_8859_1);

    Sample sample = harness.samples(harness.ingest(harness.source("data"))).get(0);
    Sample mapped =
        harness
            .samples(
                harness.ingest(
                    harness.source("data", DataFormat.DATA_FORMAT_FIELDS).toBuilder()
                        .setFields(FieldMapping.newBuilder().setAnswer("Answer"))
                        .build()))
            .get(0);

    assertThat(sample.getChain()).isEqualTo("2*4 = 8");
    assertThat(sample.getAnswer()).isEqualTo("8");
    assertThat(mapped.getAnswer()).isEqualTo("Eight.");
  }

  @Test
  void nestedMessagesInParquet() throws Exception {
    parquet(
        "data",
        "SELECT [{'role': 'user', 'content': 'What is 1+1?'}, {'role': 'assistant', 'content':"
            + " '<think>One \"and\" one.</think>\\boxed{2}'}] AS messages");

    Sample sample = harness.samples(harness.ingest(harness.source("data"))).get(0);

    assertThat(sample.getProblem()).isEqualTo("What is 1+1?");
    assertThat(sample.getChain()).isEqualTo("One \"and\" one.");
    assertThat(sample.getAnswer()).isEqualTo("2");
  }

  @Test
  void parquetWithoutTheColumnsOfTheSource() throws Exception {
    parquet("data", "SELECT 'What is 1+1?' AS problem, 2 AS gold");
    DataSource source =
        harness.source("data", DataFormat.DATA_FORMAT_FIELDS).toBuilder()
            .setFields(FieldMapping.newBuilder().setAnswer("answer"))
            .build();

    assertThat(ActivityFailures.of(() -> harness.ingest(source)).getOriginalMessage())
        .contains("MISSING_FIELD=1");
    assertThat(
            ActivityFailures.of(() -> harness.ingest(harness.source("data"))).getOriginalMessage())
        .as("found by the first row")
        .contains("data:1: fields [problem, gold]");
  }

  @Test
  void parquetRowThatIsTooLarge() throws Exception {
    parquet(
        "data",
        "SELECT repeat('x', 2000000) AS problem, 2 AS answer UNION ALL SELECT 'What is 1+1?', 2");
    DataSource source = harness.source("data", DataFormat.DATA_FORMAT_FIELDS);

    IngestSummary summary = harness.ingest(source);

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(harness.quarantine(summary).get(0).getMessage())
        .isEqualTo("2000025 bytes (expected: at most 1048576)");
  }

  @Test
  void parquetWhoseNameLooksLikeAPattern() throws Exception {
    parquet("data-[1]*?.parquet", "SELECT 'What is 1+1?' AS problem, 2 AS answer");

    assertThat(harness.ingest(harness.source("data-[1]*?.parquet")).getRows()).isEqualTo(1);
  }

  @Test
  void parquetThatIsCut() throws Exception {
    parquet("data.parquet", "SELECT 'What is ' || i AS problem, 2 AS answer FROM range(1000) t(i)");
    byte[] whole = Files.readAllBytes(harness.file("data.parquet"));
    Files.write(harness.file("data.parquet"), Arrays.copyOf(whole, whole.length / 2));

    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("data.parquet")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_CORRUPT");
    assertThat(failure.getOriginalMessage())
        .contains(harness.file("data.parquet").toString(), "(expected: a whole Parquet file");
  }

  @Test
  void parquetWithinGzipIsRefusedWithTheWayOut() throws Exception {
    parquet("plain", "SELECT 'What is 1+1?' AS problem, 2 AS answer");
    try (OutputStream output =
        new GZIPOutputStream(Files.newOutputStream(harness.file("data.gz")))) {
      Files.copy(harness.file("plain"), output);
    }

    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("data.gz")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_FORMAT_UNKNOWN");
    assertThat(failure.getOriginalMessage()).contains("Parquet within gzip", "unpack it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void compressedFileThatIsCut(String compression) throws IOException {
    byte[] whole = compressed(compression, (LINES + "\n").repeat(2_000));
    Files.write(harness.file("data.packed"), Arrays.copyOf(whole, whole.length / 2));

    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("data.packed")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_CORRUPT");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage())
        .contains(harness.file("data.packed").toString(), compression, "cut or damaged");
  }

  @Test
  void gzipMayHaveSeveralMembersAndPadding() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(compressed("gzip", row(1) + "\n"));
    bytes.writeBytes(compressed("gzip", row(2) + "\n"));
    bytes.write(new byte[100_000]);
    Files.write(harness.file("data"), bytes.toByteArray());

    assertThat(harness.problems(harness.ingest(harness.source("data"))))
        .containsExactly("What is 1+1?", "What is 2+2?");
  }

  /** Also where the trailer lies across two reads of the library, and after few bytes. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_500, 65_510, 65_520, 65_530, 65_535, 65_540})
  void rowsAfterGzipAreNotLost(int packedBytes) throws IOException {
    byte[] packed = compressed("gzip", row(1) + "\n");
    if (packedBytes > packed.length) {
      packed = withHeaderOf(packed, packedBytes);
    }
    for (String rest : new String[] {row(2) + "\n" + row(3), "x", "\u001f\u008b", "\0\0x"}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(packed);
      bytes.writeBytes(rest.getBytes(StandardCharsets.ISO_8859_1));
      Files.write(harness.file("data"), bytes.toByteArray());

      ApplicationFailure failure =
          ActivityFailures.of(() -> harness.ingest(harness.source("data")));

      assertThat(failure.getType()).isEqualTo("USER/DATA_CORRUPT");
      assertThat(failure.getOriginalMessage()).contains("other data follow the compressed data");
    }
  }

  /** The same member with a name that makes it as long as wanted. */
  private static byte[] withHeaderOf(byte[] member, int bytes) {
    int headerBytes = 10;
    ByteArrayOutputStream named = new ByteArrayOutputStream();
    named.write(member, 0, 3);
    named.write(1 << 3);
    named.write(member, 4, headerBytes - 4);
    named.writeBytes("n".repeat(bytes - member.length - 1).getBytes(StandardCharsets.US_ASCII));
    named.write(0);
    named.write(member, headerBytes, member.length - headerBytes);
    return named.toByteArray();
  }

  @Test
  void zstdMayBeginWithAFrameThatIsSkipped() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4});
    bytes.writeBytes(compressed("zstd", row(1)));
    Files.write(harness.file("data"), bytes.toByteArray());

    assertThat(harness.ingest(harness.source("data")).getRows()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "BZh91AY&SY, bzip2; unpack it",
    "\u00fd7zXZ, xz; unpack it",
    "PK\u0003\u0004-, a zip archive; unpack it",
    "ARROW1, an Arrow file; write it as Parquet",
    "PARE, an encrypted Parquet file; decrypt it",
    "<!DOCTYPE html>, a page in HTML; fetch the file itself",
    "version https://git-lfs.github.com/spec/v1, a pointer of Git LFS and not the file itself; fetch"
        + " it with git lfs pull"
  })
  void contentThatIsNoDataIsNamed(String beginning, String told) throws IOException {
    Files.writeString(
        harness.file("data"), beginning + "\noid sha256:abc\n", StandardCharsets.ISO_8859_1);
    String[] parts = told.split("; ", 2);

    ApplicationFailure failure = ActivityFailures.of(() -> harness.ingest(harness.source("data")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_FORMAT_UNKNOWN");
    assertThat(failure.getOriginalMessage())
        .isEqualTo(
            "data: "
                + harness.file("data")
                + ": the content is "
                + parts[0]
                + " (expected: JSON Lines, a JSON array or Parquet; "
                + parts[1]
                + ")");
  }

  @Test
  void parquetNumbersOfSinglePrecisionAreTheirShortestDecimals() throws Exception {
    parquet(
        "data",
        "SELECT 'What is ' || i || '?' AS problem, (i / 10)::FLOAT AS answer, [i::FLOAT] AS l"
            + " FROM range(1, 3) t(i)");

    assertThat(harness.samples(harness.ingest(harness.source("data"))))
        .extracting(Sample::getAnswer)
        .containsExactly("0.1", "0.2");
  }

  @Test
  void bracketsThatCloseNothingAreReadInLinearTime() throws IOException {
    int many = 400_000;
    harness.write(
        "data.json",
        "[" + "[".repeat(many) + "}".repeat(many) + "]".repeat(many) + "," + row(1) + "]");

    assertThat(harness.problems(harness.ingest(harness.source("data.json"))))
        .containsExactly("What is 1+1?");
  }

  @Test
  void bracketsThatNoRowHoldsEndTheArray() throws IOException {
    harness.write("data.json", "[" + row(1) + "," + "[".repeat(RawRow.LONGEST_BYTES + 1) + row(2));

    IngestSummary summary = harness.ingest(harness.source("data.json"));

    assertThat(harness.problems(summary)).containsExactly("What is 1+1?");
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getMessage)
        .containsExactly(
            "more than 1048576 open brackets (expected: fewer; nothing after them is read)");
  }

  @Test
  void badElementsOfAnArrayCostOnlyThemselves() throws IOException {
    harness.write(
        "data.json",
        "[" + row(1) + ", 7, {\"problem\": }, " + row(2) + ", [" + row(3) + "],",
        "\"}, ] text\", {\"problem\": [1}, " + row(4) + ", " + row(1) + ", " + row(5) + "]");

    IngestSummary summary = harness.ingest(harness.source("data.json"));

    assertThat(harness.problems(summary))
        .containsExactly("What is 1+1?", "What is 2+2?", "What is 4+4?", "What is 5+5?");
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getSource, QuarantinedRow::getReason)
        .containsExactly(
            refusal(2, "NOT_JSON"),
            refusal(3, "NOT_JSON"),
            refusal(5, "NOT_JSON"),
            refusal(6, "NOT_JSON"),
            refusal(7, "NOT_JSON"),
            refusal(9, "DUPLICATE"));
  }

  @Test
  void elementThatIsTooLarge() throws IOException {
    harness.write(
        "data.json",
        "[{\"problem\": \"" + "x".repeat(RawRow.LONGEST_BYTES) + "\", \"answer\": 1}, ",
        row(1) + "]");

    IngestSummary summary =
        harness.ingest(harness.source("data.json", DataFormat.DATA_FORMAT_FIELDS));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(IngestHarness.reasons(summary)).isEqualTo(Map.of("TOO_LARGE", 1L));
  }

  @Test
  void arrayThatDoesNotEnd() throws IOException {
    harness.write("data.json", "[" + row(1) + ", {\"problem\": \"What");

    IngestSummary summary = harness.ingest(harness.source("data.json"));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(harness.quarantine(summary).get(0).getMessage())
        .contains("bytes into the element (expected: the end of the element, then ])");
  }

  @Test
  void textAfterAnArrayIsTold() throws IOException {
    harness.write("data.json", "[" + row(1) + "]", row(2));

    IngestSummary summary = harness.ingest(harness.source("data.json"));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(harness.quarantine(summary).get(0).getMessage())
        .isEqualTo("text after the array's end (expected: one array)");
  }

  @Test
  void emptyArray() throws IOException {
    harness.write("data.json", "[ ]");

    assertThat(ActivityFailures.of(() -> harness.ingest(harness.source("data.json"))).getType())
        .isEqualTo("USER/DATA_EMPTY");
  }

  @Test
  void rowsThatAreNotUtf8() throws IOException {
    byte[] latin =
        "{\"problem\": \"caf\u00e9\", \"answer\": 1}\n".getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(latin);
    bytes.writeBytes(row(1).getBytes(StandardCharsets.UTF_8));
    Files.write(harness.file("data.jsonl"), bytes.toByteArray());

    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(harness.quarantine(summary).get(0).getMessage())
        .isEqualTo("not UTF-8 (expected: UTF-8)");
  }

  @Test
  void folderOfMixedKindsIsReadInTheOrderOfItsPaths() throws Exception {
    harness.write("set/b.jsonl", row(3));
    harness.write("set/a/part-1.json", "[" + row(1) + "]");
    Files.write(harness.file("set/a/part-2.jsonl.gz"), compressed("gzip", row(2)));
    parquet("set/c.parquet", "SELECT 'What is 4+4?' AS problem, 8 AS answer");
    harness.write(
        "set/d.jsonl", "{\"instruction\": \"What is 5+5?\", \"output\": \"\\\\boxed{10}\"}");
    harness.write("set/README.md", "# Not data");
    harness.write("set/dataset_infos.json", "{", "}");
    harness.write("set/.cache/old.jsonl", row(9));

    List<Sample> samples = harness.samples(harness.ingest(harness.source("set")));

    assertThat(samples)
        .extracting(Sample::getSource)
        .containsExactly(
            "a/part-1.json:1", "a/part-2.jsonl.gz:1", "b.jsonl:1", "c.parquet:1", "d.jsonl:1");
    assertThat(samples)
        .extracting(Sample::getProblem)
        .containsExactly(
            "What is 1+1?", "What is 2+2?", "What is 3+3?", "What is 4+4?", "What is 5+5?");
  }

  @Test
  void limitCountsOverTheFilesOfASource() throws IOException {
    harness.write("set/a.jsonl", row(1), row(2));
    harness.write("set/b.jsonl", row(3), row(4));

    IngestSummary summary = harness.ingest(harness.source("set").toBuilder().setLimit(3).build());

    assertThat(harness.problems(summary))
        .containsExactly("What is 1+1?", "What is 2+2?", "What is 3+3?");
  }

  @Test
  void badDataInAFolderIsRefusedAndNotLeftOut() throws IOException {
    harness.write("set/a.jsonl", "bad");
    harness.write("set/b.jsonl", row(1));

    assertThat(IngestHarness.reasons(harness.ingest(harness.source("set"))))
        .isEqualTo(Map.of("NOT_JSON", 1L));
  }

  @Test
  void folderWithoutData() throws IOException {
    harness.write("set/README.md", "# Nothing");

    ApplicationFailure failure = ActivityFailures.of(() -> harness.ingest(harness.source("set")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.getOriginalMessage()).contains("no data file below this folder");
  }

  @Test
  void globs() throws IOException {
    harness.write("set/x.jsonl", row(1));
    harness.write("set/deep/er/x.jsonl", row(2));
    harness.write("set/deep/y.jsonl", row(3));

    assertThat(harness.problems(harness.ingest(harness.source("set/*.jsonl"))))
        .containsExactly("What is 1+1?");
    assertThat(harness.problems(harness.ingest(harness.source("set/**/x.jsonl"))))
        .containsExactly("What is 2+2?", "What is 1+1?");
    assertThat(
            harness.problems(
                harness.ingest(
                    DataSource.newBuilder()
                        .setPath(harness.file("set").toUri() + "d??p/{x,y}.jsonl")
                        .build())))
        .containsExactly("What is 3+3?");
  }

  @Test
  void globThatMatchesNothing() {
    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("set/*.jsonl")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.getOriginalMessage())
        .contains(harness.file("set/*.jsonl") + ": no file matches");
  }

  private static String row(int number) {
    return "{\"problem\": \"What is %d+%d?\", \"answer\": %d}"
        .formatted(number, number, 2 * number);
  }

  private Tuple refusal(int element, String reason) {
    return tuple(harness.file("data.json") + ":" + element, reason);
  }

  private void parquet(String name, String query) throws SQLException, IOException {
    Files.createDirectories(harness.file(name).getParent());
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("COPY (" + query + ") TO '" + harness.file(name) + "' (FORMAT parquet)");
    }
  }

  private static byte[] compressed(String compression, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream output =
        switch (compression) {
          case "gzip" -> new GZIPOutputStream(bytes);
          case "zstd" -> new ZstdOutputStream(bytes);
          default -> bytes;
        }) {
      output.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
