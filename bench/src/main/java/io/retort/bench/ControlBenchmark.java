package io.retort.bench;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.bench.Workbench.RunningControl;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunServiceGrpc.RunServiceBlockingStub;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The control plane under load, beside Temporal's development server and runs without work. */
public final class ControlBenchmark {
  private static final int RUNS = 10_000;
  private static final int WATCHERS = 500;
  private static final Duration MEASURED = Duration.ofSeconds(30);

  private static final Duration WARM_UP = Duration.ofSeconds(20);

  private final Path repository;
  private final boolean record;

  private ControlBenchmark(Path repository, boolean record) {
    this.repository = repository;
    this.record = record;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean record = words.remove("--record");
    ControlBenchmark benchmark =
        new ControlBenchmark(Path.of(System.getProperty("retort.repository")), record);
    List<String> parts = words.isEmpty() ? List.of("launches", "watches", "lists") : words;
    for (String part : parts) {
      switch (part) {
        case "launches" -> benchmark.launches();
        case "watches" -> benchmark.watches(50);
        case "many-watches" -> benchmark.watches(WATCHERS);
        case "lists" -> benchmark.lists();
        default ->
            throw new IllegalArgumentException(
                part + " (expected: launches, watches, many-watches or lists)");
      }
    }
    System.exit(0);
  }

  private void launches() throws IOException, InterruptedException {
    try (Workbench bench = workbench("launches")) {
      Path data = data(bench);
      RunningControl running = bench.control();
      try (LaunchLoad load = new LaunchLoad(running.address(), data)) {
        say("launches, first burst of 50, cold", load.bursts(Duration.ZERO, 1), null);
        Latencies unused = load.steadily(Duration.ZERO, WARM_UP);
        CpuShare cpu = new CpuShare(running);
        say("launches, one client", load.oneByOne(100), cpu);
        cpu = new CpuShare(running);
        say("launches, bursts of 50 every 5 s", load.bursts(Duration.ofSeconds(5), 6), cpu);
        cpu = new CpuShare(running);
        say(
            "launches, 50 clients, each every 5 s",
            load.steadily(Duration.ofSeconds(5), MEASURED),
            cpu);
        cpu = new CpuShare(running);
        say(
            "launches, 50 clients, each again at once",
            load.steadily(Duration.ZERO, MEASURED),
            cpu);
      }
    }
  }

  private void watches(int runs) throws IOException, InterruptedException {
    try (Workbench bench = workbench("watches")) {
      Path data = data(bench);
      RunningControl running = bench.control();
      ManagedChannel channel =
          ManagedChannelBuilder.forTarget(running.address()).usePlaintext().build();
      RunServiceBlockingStub stub = RunServiceGrpc.newBlockingStub(channel);
      RunSpec spec = LaunchLoad.spec(StubRun.TICKS, data);
      List<String> runIds = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        runIds.add(stub.createRun(LaunchLoad.request(spec)).getRun().getRunId());
      }
      try (WatchLoad load = new WatchLoad(running.address())) {
        for (int watcher = 0; watcher < WATCHERS; watcher++) {
          String runId = runIds.get(watcher % runs);
          if (watcher / runs % 2 == 0 && (runs < WATCHERS || watcher % 2 == 0)) {
            load.watchOverGrpc(runId);
          } else {
            load.watchOverHttp(runId);
          }
        }
        Thread.sleep(MEASURED.toMillis());
        CpuShare cpu = new CpuShare(running);
        load.measure();
        Thread.sleep(MEASURED.toMillis());
        load.stop();
        String what = WATCHERS + " watchers of " + runs + " runs that change every 2 s";
        say(what + ", delay over gRPC", load.overGrpc, cpu);
        say(what + ", delay by server-sent events", load.overHttp, null);
        if (load.ended.get() > 0) {
          System.out.println(load.ended + " streams have ended");
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private void lists() throws IOException, InterruptedException {
    try (Workbench bench = workbench("lists")) {
      Path data = data(bench);
      ListLoad.write(bench.store(), data, RUNS);
      RunningControl running = bench.control();
      ManagedChannel channel =
          ManagedChannelBuilder.forTarget(running.address())
              .usePlaintext()
              .maxInboundMessageSize(64 << 20)
              .build();
      try {
        RunServiceBlockingStub stub = RunServiceGrpc.newBlockingStub(channel);
        System.out.println(
            "lists of 10,000 runs are answered "
                + ListLoad.awaitLists(stub).toMillis()
                + " ms after the port is open");
        Latencies unused = ListLoad.list(stub, "", "");
        CpuShare cpu = new CpuShare(running);
        say("list, first page of 50", ListLoad.list(stub, "", ""), cpu);
        say("list, every page of 50", ListLoad.walk(stub, RUNS), null);
        say(
            "list, filter",
            ListLoad.list(stub, "label.tier = gold AND team = chat AND phase = FAILED", ""),
            null);
        say("list, by name", ListLoad.list(stub, "", "name"), null);
        String http = "http://" + running.address();
        say("GET /v1/runs", ListLoad.get(http + "/v1/runs?page_size=50"), null);
        say("page /runs", ListLoad.get(http + "/runs"), null);
        say("page /runs, of a phase", ListLoad.get(http + "/runs?phase=RUN_PHASE_FAILED"), null);
        Thread.sleep(MEASURED.toMillis() / 3);
        cpu = new CpuShare(running);
        Thread.sleep(MEASURED.toMillis() / 2);
        System.out.println("idle with 10,000 runs: " + cpu.describe());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void say(String what, Latencies latencies, @Nullable CpuShare cpu)
      throws IOException {
    System.out.println(what + ": " + latencies + (cpu == null ? "" : "; " + cpu.describe()));
  }

  private static Path data(Workbench bench) throws IOException {
    return Files.writeString(bench.folder().resolve("rows.jsonl"), "{}\n");
  }

  private Workbench workbench(String name) throws IOException {
    Path results = Files.createDirectories(repository.resolve("bench/target/results"));
    return new Workbench(repository, Files.createTempDirectory(results, name + "-"), record);
  }
}
