package io.retort.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The gRPC judge workers alone, called by the pipeline worker's client. */
final class JudgesMeasurement {
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final Duration MEASURED = Duration.ofSeconds(15);

  private final Workbench bench;

  JudgesMeasurement(Workbench bench) {
    this.bench = bench;
  }

  Result run(int answerMillis) throws IOException, InterruptedException {
    Workbench.RunningEndpoint endpoint = bench.endpoint(answerMillis);
    Workbench.RunningJudges judges = bench.judges(endpoint.baseUrl());
    BenchProcess driver = bench.judgeLoad(judges);
    List<BenchProcess> processes = new ArrayList<>(List.of(endpoint.process(), driver));
    processes.addAll(judges.processes());
    Sampler sampler = new Sampler(endpoint.baseUrl(), processes).start();
    Thread.sleep(WARM_UP.plus(MEASURED).toMillis());
    Samples samples = sampler.stop();
    if (!driver.isAlive()) {
      throw new IllegalStateException("the driver has ended: " + driver.output());
    }
    return new Result(
        "gRPC judge workers",
        samples.after(WARM_UP),
        List.of("driver", "judge-1", "judge-2"),
        samples.peakBytes(),
        "");
  }
}
