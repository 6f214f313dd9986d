package io.retort.evaluation;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.RunSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Settings of a spec's benchmarks by their names. */
public final class BenchmarkSettings {
  /** Empty where the spec has no benchmark of that name. */
  public static Optional<BenchmarkSpec> of(RunSpec spec, String benchmark) {
    return spec.getEvaluation().getBenchmarksList().stream()
        .filter(one -> one.getName().equals(benchmark))
        .findFirst();
  }

  /** Margins of comparisons, in points. The map can be changed. */
  public static Map<String, Double> margins(RunSpec spec) {
    Map<String, Double> margins = new HashMap<>();
    spec.getEvaluation()
        .getBenchmarksList()
        .forEach(benchmark -> margins.put(benchmark.getName(), benchmark.getMargin()));
    return margins;
  }

  private BenchmarkSettings() {}
}
