package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.v1.DataSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a file's rows: that of its source, or detected.
 *
 * <p>The first row with a known layout determines that of the file. A later row without its fields
 * is read in its own layout, if that is known.
 */
final class FileLayout {
  /** So many rows of no known layout at the beginning are no coincidence. */
  private static final int MOST_UNKNOWN = 100;

  private final DataSource source;
  private final Optional<RowLayout> named;
  private @Nullable RowLayout detected;
  private @Nullable String firstUnknown;
  private int unknown;

  FileLayout(DataSource source) {
    this.source = source;
    named = RowLayouts.named(source);
  }

  /**
   * @param where file and row, for messages
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_FORMAT_UNKNOWN if the first rows have
   *     no known layout
   */
  RowText read(JsonRow row, String where) throws RefusedRowException {
    return layout(row, where).read(row);
  }

  /**
   * Must be called after the last row.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_FORMAT_UNKNOWN if no row had a known
   *     layout
   */
  void end() {
    if (firstUnknown != null && detected == null) {
      throw Failures.user("DATA_FORMAT_UNKNOWN", firstUnknown);
    }
  }

  private RowLayout layout(JsonRow row, String where) throws RefusedRowException {
    if (named.isPresent()) {
      return named.get();
    }
    RowLayout ofFile = detected;
    if (ofFile == null) {
      ofFile = RowLayouts.detect(source, row).orElseThrow(() -> unknown(row, where));
      detected = ofFile;
    }
    return ofFile.fits(row) ? ofFile : RowLayouts.detect(source, row).orElse(ofFile);
  }

  private RefusedRowException unknown(JsonRow row, String where) {
    String message = RowLayouts.unknown(row);
    firstUnknown = firstUnknown == null ? where + ": " + message : firstUnknown;
    unknown++;
    if (unknown > MOST_UNKNOWN) {
      end();
    }
    return new RefusedRowException(QuarantineReason.MISSING_FIELD, message);
  }
}
