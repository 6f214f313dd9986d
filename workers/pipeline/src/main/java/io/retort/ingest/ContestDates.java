package io.retort.ingest;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Sample;
import java.util.function.Predicate;

/** Accepts problems of contests within a benchmark's date window; accepts all if there is none. */
final class ContestDates implements Predicate<Sample> {
  private final BenchmarkSpec benchmark;

  ContestDates(BenchmarkSpec benchmark) {
    this.benchmark = benchmark;
  }

  @Override
  public boolean test(Sample sample) {
    String date = sample.getContestDate();
    // Dates of the form YYYY-MM-DD sort as text.
    boolean early = benchmark.hasFromDate() && date.compareTo(benchmark.getFromDate()) < 0;
    boolean late = benchmark.hasToDate() && date.compareTo(benchmark.getToDate()) > 0;
    return !early && !late;
  }
}
