package io.retort.bench;

import io.retort.bench.Workbench.RunningControl;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** CPU time of the processes since it was made, in cores. */
final class CpuShare {
  private final Map<BenchProcess, Long> before = new LinkedHashMap<>();
  private final long start = System.nanoTime();

  CpuShare(RunningControl running) throws IOException {
    for (BenchProcess process : running.processes()) {
      before.put(process, process.usage().cpuMillis());
    }
  }

  /** For people: cores of each process, and peak memory. */
  String describe() throws IOException {
    double elapsed = (System.nanoTime() - start) / 1e6;
    Map<String, String> shares = new LinkedHashMap<>();
    for (Map.Entry<BenchProcess, Long> process : before.entrySet()) {
      ProcessUsage usage = process.getKey().usage();
      shares.put(
          process.getKey().name(),
          String.format(
              Locale.ROOT,
              "%.2f cores, %d MB",
              (usage.cpuMillis() - process.getValue()) / elapsed,
              usage.peakBytes() >> 20));
    }
    return shares.entrySet().stream()
        .map(share -> share.getKey() + " " + share.getValue())
        .collect(Collectors.joining("; "));
  }
}
