package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.FollowRate;
import io.retort.v1.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsTest {
  private Store store;
  private String uri;

  @BeforeEach
  void openStore(@TempDir Path folder) {
    store = Store.open(folder.toUri().toString());
    uri = Store.resolve(folder.toUri().toString(), "rows.jsonl.zst");
  }

  @Test
  void givesBackEveryFieldAndCharacter() throws IOException {
    List<CurationRecord> rows =
        List.of(
            CurationRecord.newBuilder()
                .setKey("k")
                .setOutcome(CurationOutcome.CURATION_OUTCOME_IMPROVED)
                .setSample(
                    Sample.newBuilder()
                        .setProblem(
                            "line one\nline two\r\u2028 \"quoted\" \\frac{1}{2} \0 </p> 😀 ü"))
                .addRounds(
                    CurationRound.newBuilder()
                        .setFollowRate(FollowRate.newBuilder().setSamples(4).setFollowed(3)))
                .build(),
            CurationRecord.getDefaultInstance());

    store.write(uri, Rows.content(rows));

    assertThat(read()).isEqualTo(rows);
  }

  @Test
  void storesOneMessageALineWithTheFieldNamesOfTheProtoFiles() throws IOException {
    store.write(
        uri,
        Rows.content(
            List.of(
                CurationRecord.newBuilder()
                    .addRounds(
                        CurationRound.newBuilder()
                            .setFollowRate(FollowRate.newBuilder().setAloneSamples(2)))
                    .build())));

    assertThat(new String(decompressed(), StandardCharsets.UTF_8))
        .isEqualTo("{\"rounds\":[{\"follow_rate\":{\"alone_samples\":2}}]}\n");
  }

  @Test
  void readsAnObjectWithoutRows() throws IOException {
    store.write(uri, Rows.content(List.of()));

    assertThat(read()).isEmpty();
  }

  @Test
  void ignoresFieldsOfALaterVersion() throws IOException {
    writeLines("{\"key\":\"k\",\"of_the_future\":1}\n");

    assertThat(read()).containsExactly(CurationRecord.newBuilder().setKey("k").build());
  }

  @Test
  void tellsTheLineThatIsNoRow() throws IOException {
    writeLines("{\"key\":\"a\"}\n{\"key\":\"b\"\n");

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageStartingWith(uri + " line 2: ");
  }

  @Test
  void tellsAnObjectThatIsCutAnywhere() throws IOException {
    store.write(
        uri,
        Rows.content(
            IntStream.range(0, 2_000)
                .mapToObj(i -> CurationRecord.newBuilder().setKey("key " + i * 31 % 997).build())
                .toList()));
    byte[] whole = stored();

    for (int cut : new int[] {0, 3, whole.length / 2, whole.length - 1}) {
      store.write(uri, output -> output.write(Arrays.copyOf(whole, cut)));
      assertThatThrownBy(this::read)
          .as("first %d of %d bytes", cut, whole.length)
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageStartingWith(uri + ": ");
    }
  }

  @Test
  void tellsBytesThatAreNoText() throws IOException {
    byte[] compressed = Zstd.compress(new byte[] {'{', '"', (byte) 0xc3, '"', '}', '\n'});
    store.write(uri, output -> output.write(compressed));

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageStartingWith(uri + ": ");
  }

  @Test
  void tellsAnObjectThatIsNotCompressed() throws IOException {
    store.write(uri, output -> output.write("{\"key\":\"a\"}\n".getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageStartingWith(uri + ": ");
  }

  @Test
  void passesOnTheErrorOfTheDiskAndOfTheRows() {
    Store.Content rows = Rows.content(List.of(CurationRecord.getDefaultInstance()));
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThatThrownBy(() -> rows.writeTo(full))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");

    Iterable<CurationRecord> failing =
        () -> {
          throw new UncheckedIOException(new IOException("source is gone"));
        };
    assertThatThrownBy(() -> store.write(uri, Rows.content(failing)))
        .isInstanceOf(IOException.class)
        .hasMessage("source is gone");
  }

  @Test
  void leavesTheStreamToItsOwner() throws IOException {
    boolean[] closed = new boolean[1];
    OutputStream output =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            closed[0] = true;
          }
        };

    Rows.content(List.of(CurationRecord.getDefaultInstance())).writeTo(output);

    assertThat(closed[0]).as("stream was closed").isFalse();
  }

  private List<CurationRecord> read() throws IOException {
    return Rows.readAll(store, uri, CurationRecord::newBuilder);
  }

  private void writeLines(String lines) throws IOException {
    byte[] compressed = Zstd.compress(lines.getBytes(StandardCharsets.UTF_8));
    store.write(uri, output -> output.write(compressed));
  }

  private byte[] decompressed() throws IOException {
    try (InputStream input = new com.github.luben.zstd.ZstdInputStream(store.read(uri))) {
      return input.readAllBytes();
    }
  }

  private byte[] stored() throws IOException {
    try (InputStream input = store.read(uri)) {
      return input.readAllBytes();
    }
  }
}
