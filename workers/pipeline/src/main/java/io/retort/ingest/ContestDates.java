package io.retort.ingest;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Sample;

/** Leaves out problems of contests before or after a benchmark's window of dates. */
final class ContestDates implements SampleFilter {
  private final BenchmarkSpec benchmark;

  ContestDates(BenchmarkSpec benchmark) {
    this.benchmark = benchmark;
  }

  @Override
  public void check(Sample sample) throws RefusedRowException {
    String date = sample.getContestDate();
    // Dates of the form YYYY-MM-DD are in the order of their texts.
    boolean early = benchmark.hasFromDate() && date.compareTo(benchmark.getFromDate()) < 0;
    boolean late = benchmark.hasToDate() && date.compareTo(benchmark.getToDate()) > 0;
    if (early || late) {
      throw new RefusedRowException(
          QuarantineReason.OUTSIDE_DATES,
          "contest_date: "
              + date
              + " (expected: from "
              + (benchmark.hasFromDate() ? benchmark.getFromDate() : "any")
              + " to "
              + (benchmark.hasToDate() ? benchmark.getToDate() : "any")
              + ")");
    }
  }
}
