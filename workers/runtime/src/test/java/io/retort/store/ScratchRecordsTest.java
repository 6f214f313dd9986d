package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ScratchRecordsTest {
  @Test
  void recordsAreReadByNumberInAnyOrder() throws IOException {
    try (ScratchRecords records = new ScratchRecords()) {
      for (int number = 0; number < 1_000; number++) {
        assertThat(records.add(bytes("x".repeat(number % 300) + number))).isEqualTo(number);
      }
      records.flush();

      assertThat(records.count()).isEqualTo(1_000);
      for (int number = 999; number >= 0; number--) {
        String expected = "x".repeat(number % 300) + number;
        assertThat(records.bytes(number)).isEqualTo(expected.length());
        assertThat(new String(records.read(number), StandardCharsets.UTF_8)).isEqualTo(expected);
      }
    }
  }

  @Test
  void moreMayBeAddedAfterReading() throws IOException {
    try (ScratchRecords records = new ScratchRecords()) {
      records.add(bytes(""));
      records.add(bytes("one"));
      records.flush();
      assertThat(records.read(0)).isEmpty();
      assertThat(records.read(1)).hasSize(3);

      records.add(bytes("three"));
      records.flush();

      assertThat(records.read(2)).hasSize(5);
    }
  }

  @Test
  void whatIsNotFlushedIsNotThereYet() throws IOException {
    try (ScratchRecords records = new ScratchRecords()) {
      records.add(bytes("one"));

      assertThatThrownBy(() -> records.read(0)).isInstanceOf(EOFException.class);
    }
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
