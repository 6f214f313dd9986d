package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pickles written by CPython 3.12, and pickles that do more than contain a string. */
final class PickledStringTest {
  private static final String TEXT =
      "[{\"input\": \"1\", \"output\": \"\u00e9\", \"testtype\": \"stdin\"}]";

  @ParameterizedTest
  @CsvSource({
    "1, WDUAAABbeyJpbnB1dCI6ICIxIiwgIm91dHB1dCI6ICLDqSIsICJ0ZXN0dHlwZSI6ICJzdGRpbiJ9XXEALg==",
    "2, gAJYNQAAAFt7ImlucHV0IjogIjEiLCAib3V0cHV0IjogIsOpIiwgInRlc3R0eXBlIjogInN0ZGluIn1dcQAu",
    "3, gANYNQAAAFt7ImlucHV0IjogIjEiLCAib3V0cHV0IjogIsOpIiwgInRlc3R0eXBlIjogInN0ZGluIn1dcQAu",
    "4, gASVOQAAAAAAAACMNVt7ImlucHV0IjogIjEiLCAib3V0cHV0IjogIsOpIiwgInRlc3R0eXBlIjogInN0ZGluIn1"
        + "dlC4=",
    "5, gAWVOQAAAAAAAACMNVt7ImlucHV0IjogIjEiLCAib3V0cHV0IjogIsOpIiwgInRlc3R0eXBlIjogInN0ZGluIn1"
        + "dlC4="
  })
  void readsTheStringOfProtocol(int protocol, String pickle) throws Exception {
    assertThat(read(Base64.getDecoder().decode(pickle))).as("protocol " + protocol).isEqualTo(TEXT);
  }

  @Test
  void readsAStringThatIsTooLongForAFrame() throws Exception {
    byte[] text = "x".repeat(70_000).getBytes(StandardCharsets.US_ASCII);

    assertThat(read(join("80045870110100", text, "942e"))).hasSize(70_000);
    assertThat(read(join("80048d7011010000000000", text, "942e"))).hasSize(70_000);
    assertThat(read(join("80025870110100", text, "72000100002e"))).hasSize(70_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // A lone surrogate, a pair of surrogates, an overlong form and a truncated one.
        "80049509000000000000008c0561eda08062942e | 61d80062",
        "80048c06eda0bdedb880942e | d83dde00",
      })
  void surrogatesAreReadAsPythonWritesThem(String pickle, String utf16) throws Exception {
    String text = read(hex(pickle));
    StringBuilder found = new StringBuilder();
    text.chars()
        .forEach(
            character ->
                found.append(
                    character < 0x80
                        ? String.format("%02x", character)
                        : String.format("%04x", character)));
    assertThat(found).hasToString(utf16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Protocol 0: opcodes that are lines of text.
        "56 61 0a 70 30 0a 2e | opcode 56 at byte 0",
        // __reduce__ in protocols 0, 2 and 4: print(\"x\").
        "63 5f 5f 62 75 69 6c 74 69 6e 5f 5f 0a 70 72 69 6e 74 0a 70 30 0a 2e | opcode 63 at byte 0",
        "80 02 63 5f 5f 62 75 69 6c 74 69 6e 5f 5f 0a 70 72 69 6e 74 0a 71 00 58 01 00 00 00 78 71"
            + " 01 85 71 02 52 71 03 2e | opcode 63 at byte 2",
        "80 04 95 1e 00 00 00 00 00 00 00 8c 08 62 75 69 6c 74 69 6e 73 94 8c 05 70 72 69 6e 74 94"
            + " 93 94 8c 01 78 94 85 94 52 94 2e | two strings",
        // A tuple of two strings, and two strings of which the last would be taken.
        "80 04 95 0b 00 00 00 00 00 00 00 8c 01 61 94 8c 01 62 94 86 94 2e | two strings",
        "80 04 8c 01 61 8c 01 62 2e | two strings",
        // STACK_GLOBAL and REDUCE behind one string.
        "80 04 8c 01 61 93 2e | opcode 93 at byte 5",
        "80 04 8c 01 61 52 2e | opcode 52 at byte 5",
        "80 04 8c 01 61 94 2e 2e | 1 bytes after the pickle's end",
        "80 04 8c 01 61 94 | a cut pickle",
        "80 04 8c 09 61 94 2e | a cut pickle",
        "80 04 58 ff ff ff ff 61 2e | a cut pickle",
        "80 04 8d ff ff ff ff ff ff ff ff 61 2e | a cut pickle",
        "80 04 95 ff ff ff ff ff ff ff 7f 8c 01 61 2e | a cut pickle",
        "80 04 2e | no string before byte 2",
        "80 04 94 8c 01 61 2e | no string before byte 2",
        "80 06 8c 01 61 2e | protocol at byte 0",
        "8c 01 61 80 04 2e | protocol at byte 3",
        "80 04 8c 02 c1 81 2e | not UTF-8 at byte 0",
        "80 04 8c 04 f4 90 80 80 2e | not UTF-8 at byte 0",
        "80 04 8c 03 e0 80 80 2e | not UTF-8 at byte 0",
        "80 04 8c 02 61 e2 2e | not UTF-8 at byte 1",
        "2e | no string before byte 0",
      })
  void everythingElseIsRefused(String pickle, String message) {
    assertThatThrownBy(() -> read(hex(pickle.replace(" ", ""))))
        .isInstanceOf(RefusedRowException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void anEmptyPickleIsRefused() {
    assertThatThrownBy(() -> read(new byte[0])).hasMessageStartingWith("a cut pickle");
  }

  private static String read(byte[] pickle) throws RefusedRowException {
    return PickledString.read(ByteBuffer.wrap(pickle));
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static byte[] join(String head, byte[] middle, String tail) {
    byte[] first = hex(head);
    byte[] last = hex(tail);
    byte[] all = Arrays.copyOf(first, first.length + middle.length + last.length);
    System.arraycopy(middle, 0, all, first.length, middle.length);
    System.arraycopy(last, 0, all, first.length + middle.length, last.length);
    return all;
  }
}
