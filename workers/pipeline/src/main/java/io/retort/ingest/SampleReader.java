package io.retort.ingest;

import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.answers.Numbers;
import io.retort.answers.StatedAnswer;
import io.retort.failure.Failures;
import io.retort.store.Hashes;
import io.retort.v1.DataSource;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads sources into canonical samples. The same sources give the same samples and refusals in the
 * same order, on every pass. Memory holds one row and a fingerprint of each.
 */
final class SampleReader {
  static final int LONGEST_ROW_BYTES = 1 << 20;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final List<DataSource> sources;

  SampleReader(List<DataSource> sources) {
    this.sources = sources;
  }

  /** Receives what a pass reads, in order. */
  interface Visitor {
    void accept(Sample sample) throws IOException;

    void refuse(QuarantinedRow row) throws IOException;
  }

  /**
   * One pass over all sources.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORMAT_UNKNOWN
   */
  void read(Visitor visitor) throws IOException {
    FingerprintCounts seen = new FingerprintCounts();
    for (DataSource source : sources) {
      readSource(source, seen, visitor);
    }
  }

  private static void readSource(DataSource source, FingerprintCounts seen, Visitor visitor)
      throws IOException {
    Path path = locate(source);
    // Samples name the file only: the same data in another folder is the same snapshot.
    String fileName = String.valueOf(path.getFileName());
    RowLayout layout = RowLayouts.named(source).orElse(null);
    long rows = 0;
    try (LineReader lines = new LineReader(open(path), LONGEST_ROW_BYTES)) {
      for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
        if (line.isBlank()) {
          continue;
        }
        if (source.hasLimit() && rows++ >= source.getLimit()) {
          return;
        }
        String where = path + ":" + line.number();
        try {
          JsonRow row = parse(line);
          layout = layout == null ? RowLayouts.detect(source, row, where) : layout;
          Sample sample = sample(layout.read(row), fileName + ":" + line.number());
          if (seen.add(sample.getId()) > 0) {
            throw new RefusedRowException(
                QuarantineReason.DUPLICATE,
                "problem, chain and answer are those of an earlier row");
          }
          visitor.accept(sample);
        } catch (RefusedRowException e) {
          visitor.refuse(
              QuarantinedRow.newBuilder()
                  .setSource(where)
                  .setReason(e.reason().name())
                  .setMessage(String.valueOf(e.getMessage()))
                  .build());
        }
      }
    }
  }

  private static JsonRow parse(LineReader.Line line) throws RefusedRowException {
    if (line.isTooLong()) {
      throw new RefusedRowException(
          QuarantineReason.TOO_LARGE,
          line.length() + " bytes (expected: at most " + LONGEST_ROW_BYTES + ")");
    }
    return JsonRow.parse(line.number() == 1 ? withoutByteOrderMark(line.bytes()) : line.bytes());
  }

  private static Sample sample(RowText text, String source) throws RefusedRowException {
    String problem = text.problem().strip();
    String answer = answer(text.answer());
    String chain = ChainText.canonical(text.chain(), GoldAnswer.math(answer));
    return Sample.newBuilder()
        .setId(Hashes.sha256Hex(problem, chain, answer))
        .setProblem(problem)
        .setChain(chain)
        .setAnswer(answer)
        .setSource(source)
        .build();
  }

  /** The gold answer without {@code \boxed{}}; a number without thousands separators. */
  private static String answer(String written) throws RefusedRowException {
    String answer = StatedAnswer.lastBoxed(written).orElse(written).strip();
    if (answer.isEmpty()) {
      throw new RefusedRowException(QuarantineReason.NO_ANSWER, "the answer is blank");
    }
    boolean grouped = answer.indexOf(',') >= 0 && answer.indexOf('$') < 0;
    return grouped
        ? Numbers.parse(answer).map(number -> answer.replace(",", "")).orElse(answer)
        : answer;
  }

  private static Path locate(DataSource source) {
    Path path =
        Locations.path(source.getPath())
            .orElseThrow(
                () ->
                    Failures.user(
                        "DATA_NOT_FOUND",
                        "data: "
                            + source.getPath()
                            + " (expected: an absolute path or a file: URI)"));
    if (!Files.isRegularFile(path)) {
      throw notFound(path, Files.isDirectory(path) ? "a folder" : "no such file");
    }
    return path;
  }

  private static InputStream open(Path path) throws IOException {
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw notFound(path, "no such file");
    } catch (java.nio.file.AccessDeniedException e) {
      throw notFound(path, "not readable");
    }
  }

  private static RuntimeException notFound(Path path, @Nullable String what) {
    return Failures.user(
        "DATA_NOT_FOUND",
        "data: " + path + ": " + what + " (expected: a readable JSON Lines file)");
  }

  private static byte[] withoutByteOrderMark(byte[] bytes) {
    return bytes.length >= 3 && Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3)
        ? Arrays.copyOfRange(bytes, 3, bytes.length)
        : bytes;
  }
}
