package io.retort.ingest;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads sources into canonical samples. Equal sources result in equal samples and refusals in the
 * same order. Holds one row in memory, plus the state of the filters.
 */
final class SampleReader {
  private static final int ROWS_PER_SIGN = 1_000;
  private static final String WITHHELD = "withheld, as the benchmark is redacted";

  private final DataFiles files;
  private final List<DataSource> sources;
  private final List<SampleFilter> filters;
  private final Predicate<Sample> wanted;
  private final UnaryOperator<Sample> naming;
  private final boolean redacted;

  SampleReader(DataFiles files, List<DataSource> sources, List<SampleFilter> filters) {
    this(files, sources, filters, false);
  }

  /**
   * @param redacted marks the samples as redacted, and keeps refusals from quoting a row
   */
  SampleReader(
      DataFiles files, List<DataSource> sources, List<SampleFilter> filters, boolean redacted) {
    this(files, sources, filters, sample -> true, UnaryOperator.identity(), redacted);
  }

  private SampleReader(
      DataFiles files,
      List<DataSource> sources,
      List<SampleFilter> filters,
      Predicate<Sample> wanted,
      UnaryOperator<Sample> naming,
      boolean redacted) {
    this.files = files;
    this.sources = sources;
    this.filters = filters;
    this.wanted = wanted;
    this.naming = naming;
    this.redacted = redacted;
  }

  /**
   * A reader of a benchmark. It skips rows outside the benchmark's dates without a refusal, and
   * gives equal rows different ids. Can be read once.
   *
   * @param content receives every row, whatever its date
   */
  static SampleReader ofBenchmark(
      DataFiles files,
      List<DataSource> sources,
      BenchmarkSpec benchmark,
      BenchmarkContent content) {
    return new SampleReader(
        files,
        sources,
        List.of(content),
        new ContestDates(benchmark),
        new BenchmarkRows()::distinct,
        benchmark.getRedacted());
  }

  /** Receives samples and refusals, in order. */
  interface Visitor {
    void accept(Sample sample) throws IOException;

    /**
     * @param place file and row as samples name them, independent of the data's location
     */
    void refuse(String place, QuarantinedRow row) throws IOException;
  }

  /**
   * Reads all sources, once.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     USER/DATA_FORMAT_UNKNOWN, USER/DATA_CORRUPT, USER/DATA_TOO_LARGE, PLATFORM/HUB_UNREACHABLE
   */
  void read(Visitor visitor) throws IOException {
    for (DataSource source : sources) {
      long left = source.hasLimit() ? Integer.toUnsignedLong(source.getLimit()) : Long.MAX_VALUE;
      for (DataFile file : files.of(source.getPath())) {
        if (left > 0) {
          left -= readFile(source, file, left, visitor);
        }
      }
    }
  }

  /** Returns the number of rows read. */
  private long readFile(DataSource source, DataFile file, long limit, Visitor visitor)
      throws IOException {
    long read = 0;
    try (DataFile.Copy copy = file.open();
        RowReader rows =
            FileContent.open(copy.path(), file.location(), source.getFormat(), files::alive)) {
      FileLayout layout = new FileLayout(source);
      for (RawRow row = next(rows, read, limit); row != null; row = next(rows, read, limit)) {
        read++;
        if (read % ROWS_PER_SIGN == 0) {
          files.alive();
        }
        String place = file.name() + ":" + row.number();
        String where = file.location() + ":" + row.number();
        try {
          Sample sample = sample(source, layout, row, place, where);
          for (SampleFilter filter : filters) {
            filter.check(sample);
          }
          if (wanted.test(sample)) {
            visitor.accept(naming.apply(sample));
          }
        } catch (RefusedRowException e) {
          visitor.refuse(
              place,
              QuarantinedRow.newBuilder()
                  .setSource(where)
                  .setReason(e.reason().name())
                  .setMessage(redacted ? WITHHELD : String.valueOf(e.getMessage()))
                  .build());
        }
      }
      layout.end();
    }
    return read;
  }

  private Sample sample(
      DataSource source, FileLayout layout, RawRow row, String place, String where)
      throws RefusedRowException {
    try {
      RowText text = layout.read(row.parse(), where);
      return CanonicalSamples.of(text, source, place, redacted);
    } catch (StackOverflowError e) {
      // A pattern that backtracks in a hostile text; it would do so again.
      throw new RefusedRowException(
          QuarantineReason.TOO_COMPLEX,
          "a text whose reading exceeds the stack (expected: shorter or less repetitive texts)");
    }
  }

  private static @Nullable RawRow next(RowReader rows, long read, long limit) throws IOException {
    return read < limit ? rows.next() : null;
  }
}
