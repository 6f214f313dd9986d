package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.v1.DataFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The content type of a file, detected from its bytes and never from its name. */
enum FileContent {
  JSON_LINES,
  JSON_ARRAY,
  PARQUET,
  /** Text that is not UTF-8; it is not read, but reported. */
  OTHER_ENCODING,
  /** Neither text nor a known format: read as lines, all of which are refused. */
  UNKNOWN;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final String PARQUET_MAGIC = "PAR1";
  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

  /**
   * @param location the file, for messages
   */
  static FileContent of(Path file, String location) throws IOException {
    try (InputStream input = decompressed(file, location, () -> {})) {
      return of(input);
    }
  }

  /**
   * Opens the rows of a file. Unknown content is read as lines, or as CSV if the format is a CSV
   * format, unless its beginning is known.
   *
   * @param location the file, for messages
   * @param format of the source
   * @param alive called while bytes are read, because a row may be as large as its file
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT; USER/DATA_FORMAT_UNKNOWN for
   *     a compressed Parquet file, for UTF-16, and for content that {@link KnownBeginning} names
   */
  static RowReader open(Path file, String location, DataFormat format, Runnable alive)
      throws IOException {
    InputStream input = decompressed(file, location, alive);
    try {
      return switch (of(input)) {
        case JSON_LINES -> lines(input, format);
        case UNKNOWN -> unknown(input, location, format);
        case JSON_ARRAY -> new JsonArray(input);
        case PARQUET -> {
          input.close();
          yield parquet(file, location);
        }
        case OTHER_ENCODING ->
            throw ForeignEncoding.refused(location, ForeignEncoding.of(input).orElseThrow());
      };
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private static RowReader unknown(InputStream input, String location, DataFormat format)
      throws IOException {
    Optional<KnownBeginning> known = KnownBeginning.of(input);
    if (known.isPresent()) {
      throw known.get().refused(location);
    }
    return format == DataFormat.DATA_FORMAT_GPQA
        ? CsvRows.open(input, location)
        : lines(input, format);
  }

  private static RowReader lines(InputStream input, DataFormat format) {
    return new JsonLines(
        input,
        format == DataFormat.DATA_FORMAT_LIVECODEBENCH
            ? LiveCodeBenchLayout.longestRowBytes()
            : RawRow.LONGEST_BYTES);
  }

  private static RowReader parquet(Path file, String location) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      Compression compression = Compression.of(raw);
      if (compression != Compression.NONE) {
        throw Failures.user(
            "DATA_FORMAT_UNKNOWN",
            "data: "
                + location
                + ": Parquet within "
                + compression.name().toLowerCase(java.util.Locale.ROOT)
                + " (expected: the Parquet file itself, which compresses its columns; unpack it)");
      }
    }
    return ParquetRows.open(file, location);
  }

  private static FileContent of(InputStream input) throws IOException {
    if (Magic.startsWith(input, PARQUET_MAGIC)) {
      return PARQUET;
    }
    if (ForeignEncoding.of(input).isPresent()) {
      return OTHER_ENCODING;
    }
    return switch (Magic.firstNotBlank(input)) {
      case '[' -> JSON_ARRAY;
      case '{' -> JSON_LINES;
      default -> UNKNOWN;
    };
  }

  private static InputStream decompressed(Path file, String location, Runnable alive)
      throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    try {
      InputStream content =
          new BufferedInputStream(
              new ReportingInput(Compression.of(raw).decompress(raw, location), alive),
              BUFFER_BYTES);
      if (Magic.startsWith(content, BYTE_ORDER_MARK)) {
        content.skipNBytes(BYTE_ORDER_MARK.length());
      }
      return content;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }
}
