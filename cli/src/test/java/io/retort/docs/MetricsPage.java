package io.retort.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * docs/metrics.md, from the classes that register metrics: the processes that own them do not
 * depend on each other, so no test can register all of them.
 */
final class MetricsPage {
  private static final Map<String, String> PROCESSES =
      Map.of(
          "gpu-workers/driver", "driver",
          "workers/control", "control plane",
          "workers/judge", "judge worker",
          "workers/pipeline", "pipeline worker");

  /** A name, then its help: an argument behind it, or that of {@code help}. */
  private static final Pattern METRIC =
      Pattern.compile(
          "\"(retort_[a-z_]+)\"\\)?,?\\s*(?:\\.help\\(\\s*)?((?:\"[^\"]*\"\\s*\\+?\\s*)+)\\)?"
              + "(?:\\s*\\.unit\\([A-Za-z.]+\\))?(?:\\s*\\.labelNames\\(([^)]*)\\))?");

  private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

  private static final String HEAD =
      """
      <!-- Generated; see "Documentation" in CONTRIBUTING.md. -->

      # Metrics

      Every process serves its metrics for Prometheus: those of this page, those of the
      [Temporal SDK](https://docs.temporal.io/references/sdk-metrics) (`temporal_*`), and those of the JVM (`jvm_*`, `process_*`).
      The address is `RETORT_METRICS_HOST:RETORT_METRICS_PORT`, by default loopback and a free port. The local stack uses the ports
      9460 (control plane), 9461 and 9462 (judge workers), 9463 (pipeline worker) and 9464 (driver). The control plane also serves its
      metrics at `/metrics` of its own port, with the token of a viewer ([access](access.md)).

      ```yaml
      # prometheus.yml, for the local stack
      scrape_configs:
        - job_name: retort
          static_configs:
            - targets: ["127.0.0.1:9460", "127.0.0.1:9461", "127.0.0.1:9462", "127.0.0.1:9463", "127.0.0.1:9464"]
      ```

      A control plane that only its own port reaches:

      ```yaml
      scrape_configs:
        - job_name: retort-control
          scheme: https
          authorization: {credentials_file: /etc/prometheus/retort-token}
          static_configs:
            - targets: ["retort.example"]
      ```

      | metric | process | labels | meaning |
      |---|---|---|---|
      """;

  static String render() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (Map.Entry<String, String> module : PROCESSES.entrySet()) {
      for (Path file : sources(Path.of("..").resolve(module.getKey()).resolve("src/main/java"))) {
        String code = Files.readString(file);
        Matcher found = METRIC.matcher(code);
        while (code.contains("PrometheusRegistry") && found.find()) {
          lines.put(found.group(1), line(found, module.getValue(), code));
        }
      }
    }
    return HEAD + String.join("", lines.values());
  }

  /** Metrics that a helper method registers share the labels that it names. */
  private static String line(Matcher found, String process, String code) {
    String labels = found.group(3) == null ? helperLabels(found, code) : found.group(3);
    return "| `"
        + found.group(1)
        + "` | "
        + process
        + " | "
        + String.join(", ", texts(labels).stream().map(label -> "`" + label + "`").toList())
        + " | "
        + String.join("", texts(found.group(2))).replace("|", "\\|")
        + " |\n";
  }

  private static String helperLabels(Matcher found, String code) {
    Matcher helper =
        Pattern.compile("(\\w+)\\(\\s*(?:registry,\\s*)?$")
            .matcher(code.substring(0, found.start()));
    if (!helper.find() || helper.group(1).equals("name")) {
      return "";
    }
    Matcher labels =
        Pattern.compile(
                " " + helper.group(1) + "\\([^)]*String \\w+[^{]*\\{.*?labelNames\\(([^)]*)\\)",
                Pattern.DOTALL)
            .matcher(code);
    return labels.find() ? labels.group(1) : "";
  }

  private static List<String> texts(String code) {
    List<String> texts = new ArrayList<>();
    Matcher found = TEXT.matcher(code);
    while (found.find()) {
      texts.add(found.group(1));
    }
    return texts;
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private MetricsPage() {}
}
