package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text in other encodings than UTF-8. */
final class EncodingsTest {
  private static final String ROW = "{\"problem\": \"What is 8 - 3?\", \"answer\": 5}";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16LE, true, UTF-16",
    "UTF-16BE, true, UTF-16",
    "UTF-16LE, false, UTF-16LE",
    "UTF-16BE, false, UTF-16BE",
    "UTF-32LE, true, UTF-32",
    "UTF-32BE, true, UTF-32",
    "UTF-32LE, false, UTF-32LE",
    "UTF-32BE, false, UTF-32BE"
  })
  void otherUnicodeIsToldOnceWithTheWayOut(String charset, boolean marked, String told)
      throws IOException {
    String text = (marked ? "\ufeff" : "") + ROW + "\r\n" + ROW + "\r\n";
    Files.write(harness.file("data.jsonl"), text.getBytes(Charset.forName(charset)));

    ApplicationFailure failure =
        ActivityFailures.of(() -> harness.ingest(harness.source("data.jsonl")));

    assertThat(failure.getType()).isEqualTo("USER/DATA_FORMAT_UNKNOWN");
    assertThat(failure.getOriginalMessage())
        .isEqualTo(
            "data: "
                + harness.file("data.jsonl")
                + ": the text is "
                + told
                + " (expected: UTF-8; convert it with: iconv -f "
                + told
                + " -t UTF-8 FILE > NEW_FILE)");
  }

  @Test
  void aFolderDoesNotLeaveItOut() throws IOException {
    harness.write("set/a.jsonl", ROW);
    Files.write(harness.file("set/export"), ROW.getBytes(StandardCharsets.UTF_16));

    assertThat(
            ActivityFailures.of(() -> harness.ingest(harness.source("set"))).getOriginalMessage())
        .contains(harness.file("set/export") + ": the text is UTF-16");
  }

  @ParameterizedTest
  @ValueSource(strings = {ROW, "[" + ROW + "]", "\r\n" + ROW})
  void utf8WithAByteOrderMarkIsRead(String text) throws IOException {
    Files.writeString(harness.file("data"), "\ufeff" + text);

    assertThat(harness.problems(harness.ingest(harness.source("data"))))
        .containsExactly("What is 8 - 3?");
  }

  @Test
  void aFileOfOneByteIsNoOtherEncoding() throws IOException {
    Files.write(harness.file("data"), new byte[] {0});

    assertThat(ActivityFailures.of(() -> harness.ingest(harness.source("data"))).getType())
        .isEqualTo("USER/DATA_EMPTY");
  }
}
