package io.retort.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** bespokelabs-curator on the same rows, prompt and endpoint. */
final class CuratorMeasurement {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final double WARM = 0.3;
  private static final double BEFORE_THE_END = 0.95;

  private final Workbench bench;

  CuratorMeasurement(Workbench bench) {
    this.bench = bench;
  }

  Result run(int rows, int answerMillis) throws IOException, InterruptedException {
    Path data = bench.folder().resolve("rows.jsonl");
    ShortRows.write(data, rows);
    Workbench.RunningEndpoint endpoint = bench.endpoint(answerMillis);
    BenchProcess curator =
        bench.start(
            "curator",
            Map.of(
                "CURATOR_CACHE_DIR", bench.folder().resolve("curator-cache").toString(),
                "CURATOR_DISABLE_RICH_DISPLAY", "1",
                "HF_HOME", bench.folder().resolve("hub").toString(),
                "HF_HUB_OFFLINE", "1",
                "LITELLM_LOCAL_MODEL_COST_MAP", "True",
                "TELEMETRY_ENABLED", "false"),
            List.of(
                bench.resource("curator/.venv/bin/python").toString(),
                bench.resource("curator/evaluate_rows.py").toString(),
                endpoint.baseUrl().toString(),
                data.toString(),
                ChatCompletion.template(bench).toString(),
                String.valueOf(Workbench.SLOTS)));
    Sampler sampler = new Sampler(endpoint.baseUrl(), List.of(endpoint.process(), curator)).start();
    curator.awaitEnd(LIMIT);
    Samples samples = sampler.stop();
    return new Result(
        "bespokelabs-curator",
        samples.between((long) (rows * WARM), (long) (rows * BEFORE_THE_END)),
        List.of("curator"),
        samples.peakBytes(),
        lastLine(curator.output()));
  }

  private static String lastLine(String output) {
    List<String> lines = output.strip().lines().toList();
    return lines.get(lines.size() - 1);
  }
}
