package io.retort.judge;

import io.retort.judge.admission.RequestMemory;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.configuration.EndpointsFile;
import io.retort.judge.peer.JudgePeers;
import io.retort.judge.time.SystemTimer;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.retort.worker.ProcessMain;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that hosts {@code retort.v1.JudgeService}.
 *
 * <p>{@code RETORT_ENDPOINTS} is the YAML file of endpoints (see {@link EndpointsFile}), {@code
 * RETORT_PORT} the port (0, the default, for a free one), {@code RETORT_HOST} the address to listen
 * on (the loopback one by default), {@code RETORT_JUDGE_PEERS} the other workers (see {@link
 * JudgePeers}), {@code RETORT_METRICS_PORT} the port of the metrics; {@link
 * io.retort.worker.ServerTls} has the variables of TLS. Exit code 2 reports an invalid
 * configuration.
 *
 * <p>With the argument {@code --check} it reads the file of endpoints, reports every mistake, and
 * ends without listening.
 */
public final class JudgeWorker {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int LARGEST_PORT = 65_535;
  private static final Logger logger = LoggerFactory.getLogger(JudgeWorker.class);

  public static void main(String[] arguments) {
    ProcessMain.run(
        "judge worker",
        () -> {
          if (List.of(arguments).contains("--check")) {
            EndpointsConfiguration unused = endpoints(Environment.system());
            return;
          }
          run(Environment.system());
        });
  }

  private static void run(Environment environment) {
    EndpointsConfiguration endpoints = endpoints(environment);
    int port = environment.integer("RETORT_PORT", 0);
    if (port < 0 || port > LARGEST_PORT) {
      throw new ConfigurationException(
          "RETORT_PORT: " + port + " (expected: 0 to " + LARGEST_PORT + ")");
    }
    InetSocketAddress address =
        new InetSocketAddress(environment.get("RETORT_HOST", "127.0.0.1"), port);
    JudgePeers peers = JudgePeers.of(environment);
    MetricsServer metrics = MetricsServer.start(environment);
    SystemTimer timer = new SystemTimer();
    JudgeServer server =
        JudgeServer.start(
            address,
            environment,
            endpoints,
            peers,
            metrics.registry(),
            RequestMemory.ofHeap(),
            timer,
            GRACE);
    peers.start(server.port());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  logger.info("judge worker is shutting down");
                  server.close();
                  // Calls in their grace period still report rate limits to them.
                  peers.close();
                  timer.close();
                  metrics.close();
                },
                "shutdown"));
    logger.info(
        "judge worker is ready: grpc port {}, metrics port {}, endpoints {}, routes {}",
        server.port(),
        metrics.port(),
        endpoints.endpoints(),
        endpoints.routes());
  }

  private static EndpointsConfiguration endpoints(Environment environment) {
    return EndpointsFile.read(Path.of(environment.require("RETORT_ENDPOINTS")), environment);
  }

  private JudgeWorker() {}
}
