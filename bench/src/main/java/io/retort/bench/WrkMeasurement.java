package io.retort.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rate of a client that ignores the answers: the endpoint's ceiling. */
final class WrkMeasurement {
  private static final int SECONDS = 12;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s*([0-9.]+)");

  private final Workbench bench;

  WrkMeasurement(Workbench bench) {
    this.bench = bench;
  }

  Result run(int answerMillis) throws IOException, InterruptedException {
    Path request = ChatCompletion.write(bench, 1);
    Workbench.RunningEndpoint endpoint = bench.endpoint(answerMillis);
    BenchProcess wrk =
        bench.start(
            "wrk",
            Map.of("BENCH_REQUEST", request.toString()),
            List.of(
                "wrk",
                "--threads=1",
                "--connections=" + Workbench.SLOTS,
                "--duration=" + SECONDS + "s",
                "--script=" + bench.resource("wrk/chat.lua"),
                endpoint.baseUrl() + "/chat/completions"));
    Sampler sampler = new Sampler(endpoint.baseUrl(), List.of(endpoint.process(), wrk)).start();
    Thread.sleep(Duration.ofSeconds(SECONDS).minusSeconds(1).toMillis());
    Samples samples = sampler.stop();
    wrk.awaitEnd(Duration.ofSeconds(SECONDS));
    Matcher rate = RATE.matcher(wrk.output());
    return new Result(
        "wrk",
        samples.after(WARM_UP),
        List.of("wrk"),
        samples.peakBytes(),
        rate.find() ? "wrk itself says " + rate.group(1) + "/s" : wrk.output());
  }
}
