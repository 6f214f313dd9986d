package io.retort.cli;

import io.retort.spec.SpecChanges;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run again, with other numbers of answers to the problems of its benchmarks. */
final class MoreSamples {
  /**
   * pass@k of the new number is told as well as of the k that fit.
   *
   * @param samples by name of the benchmark
   * @throws SpecException where the run has no such benchmark
   */
  static RetrainRunRequest request(Run origin, Map<String, Integer> samples) throws SpecException {
    List<BenchmarkSpec> benchmarks = origin.getSpec().getEvaluation().getBenchmarksList();
    List<String> names = benchmarks.stream().map(BenchmarkSpec::getName).toList();
    List<String> overrides = new ArrayList<>();
    for (Map.Entry<String, Integer> wanted : new TreeMap<>(samples).entrySet()) {
      int index = names.indexOf(wanted.getKey());
      if (index < 0) {
        throw new SpecException(
            List.of(
                new SpecViolation(
                    "evaluation.benchmarks",
                    '"'
                        + wanted.getKey()
                        + "\" (expected: a benchmark of the run: "
                        + String.join(", ", names)
                        + ")")));
      }
      int number = wanted.getValue();
      String k =
          Stream.concat(
                  benchmarks.get(index).getKList().stream().filter(one -> one < number),
                  Stream.of(number))
              .map(String::valueOf)
              .collect(Collectors.joining(", ", "[", "]"));
      String path = "evaluation.benchmarks[" + index + "].";
      overrides.add(path + "samples=" + number);
      overrides.add(path + "k=" + k);
    }
    SpecChanges changes = SpecChanges.parse(origin.getSpec(), overrides);
    return RetrainRunRequest.newBuilder()
        .setRunId(origin.getRunId())
        .setChanges(changes.spec())
        .setUpdateMask(changes.mask())
        .build();
  }

  private MoreSamples() {}
}
