package io.retort.bench;

import io.retort.bench.Samples.Window;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A line of the table.
 *
 * @param steady the period in which everything is warm
 * @param own names of the processes that are compared; others are reported separately
 * @param peakBytes largest resident sets, by the name of the process
 * @param remarks for people
 */
record Result(
    String what, Window steady, List<String> own, Map<String, Long> peakBytes, String remarks) {
  static final String HEAD =
      "| what | answers/s, steady | CPU ms an answer | of it | CPU ms of others | peak MB | bytes a"
          + " request | remarks |\n|---|---|---|---|---|---|---|---|";

  @Override
  public String toString() {
    Map<String, Double> cpu = steady.cpuMillisPerAnswer();
    return String.format(
        Locale.ROOT,
        "| %s | %,.0f | %.3f | %s | %s | %s | %,.0f | %s |",
        what,
        steady.answersPerSecond(),
        own.stream().mapToDouble(name -> cpu.getOrDefault(name, 0.0)).sum(),
        shown(cpu, own),
        shown(cpu, cpu.keySet().stream().filter(name -> !own.contains(name)).toList()),
        peakBytes.entrySet().stream()
            .map(peak -> peak.getKey() + " " + (peak.getValue() >> 20))
            .collect(Collectors.joining(", ")),
        steady.requestBytes(),
        remarks);
  }

  private static String shown(Map<String, Double> cpu, Collection<String> names) {
    return names.stream()
        .map(name -> String.format(Locale.ROOT, "%s %.3f", name, cpu.getOrDefault(name, 0.0)))
        .collect(Collectors.joining(", "));
  }
}
