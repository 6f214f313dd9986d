package io.retort.ingest;

import io.retort.store.Hashes;
import io.retort.store.ProtoJson;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.FilterSpec;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The filters of a data set: cheap ones first, and near duplicates last, because only rows that
 * pass all other filters count as earlier rows.
 *
 * @param key what determines them, for the content address: the spec, and the benchmarks' content
 */
record Filters(List<SampleFilter> list, String key) {
  /** Creates the filters; reads the benchmarks if decontamination is on. */
  static Filters of(FilterSpec spec, List<BenchmarkSpec> benchmarks, DataFiles files)
      throws IOException {
    List<SampleFilter> list = new ArrayList<>();
    String key = Hashes.sha256Hex("filters-v1", ProtoJson.print(spec));
    list.add(new ExactDuplicates());
    list.add(new LengthFilter(spec));
    if (spec.getLanguagesCount() > 0) {
      list.add(new LanguageFilter(spec.getLanguagesList()));
    }
    if (spec.getDecontaminationWords() > 0 && !benchmarks.isEmpty()) {
      Decontamination decontamination = new Decontamination(spec.getDecontaminationWords());
      list.add(decontamination);
      for (BenchmarkSpec benchmark : benchmarks) {
        key = Hashes.sha256Hex(key, benchmark.getName(), read(benchmark, files, decontamination));
      }
    }
    if (spec.hasNearDuplicateSimilarity()) {
      list.add(new NearDuplicates(spec.getNearDuplicateSimilarity()));
    }
    return new Filters(list, key);
  }

  /** Returns a hash of the benchmark's problems. */
  private static String read(
      BenchmarkSpec benchmark, DataFiles files, Decontamination decontamination)
      throws IOException {
    Problems problems = new Problems(benchmark.getName(), decontamination);
    new SampleReader(files, List.of(benchmark.getSource()), List.of(), benchmark.getRedacted())
        .read(problems);
    return problems.hash;
  }

  private static final class Problems implements SampleReader.Visitor {
    private final String benchmark;
    private final Decontamination decontamination;
    private String hash = "";

    Problems(String benchmark, Decontamination decontamination) {
      this.benchmark = benchmark;
      this.decontamination = decontamination;
    }

    @Override
    public void accept(Sample sample) {
      decontamination.add(benchmark, sample);
      hash = Hashes.sha256Hex(hash, sample.getId(), sample.getSource());
    }

    /** Does nothing: the benchmark's own ingest counts refused rows. */
    @Override
    public void refuse(String place, QuarantinedRow row) {}
  }
}
