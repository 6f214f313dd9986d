package io.retort.judge.peer;

import com.google.protobuf.util.Durations;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.stub.StreamObserver;
import io.retort.judge.route.Peers;
import io.retort.v1.JudgePeerServiceGrpc.JudgePeerServiceStub;
import io.retort.v1.ShareCoolDownRequest;
import io.retort.v1.ShareCoolDownResponse;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The judge workers of {@code RETORT_JUDGE_PEERS}: a comma-separated list of {@code host:port}. A
 * host may resolve to all workers, like that of a headless service. Names are resolved again every
 * 30 seconds; the list may include this worker.
 *
 * <p>Reports are best effort: they are not awaited and not repeated.
 */
public final class JudgePeers implements Peers, AutoCloseable {
  private static final Duration REFRESH = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int LARGEST_OPEN = 64;
  private static final Logger logger = LoggerFactory.getLogger(JudgePeers.class);

  private final PeerAddresses addresses;
  private final Map<InetSocketAddress, JudgePeerServiceStub> stubs = new ConcurrentHashMap<>();
  private final Semaphore open = new Semaphore(LARGEST_OPEN);
  private final ScheduledExecutorService lookups =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("judge-peers"));

  JudgePeers(PeerAddresses addresses) {
    this.addresses = addresses;
  }

  /**
   * @throws ConfigurationException when the variable is not well-formed
   */
  public static JudgePeers of(Environment environment) {
    return new JudgePeers(
        new PeerAddresses(
            PeerName.parseAll(environment.get("RETORT_JUDGE_PEERS", "")),
            InetAddress::getAllByName));
  }

  /** Resolves the peers now and periodically. Blocks for the first time. */
  public void start(int ownPort) {
    refresh(ownPort);
    ScheduledFuture<?> unused =
        lookups.scheduleWithFixedDelay(
            () -> refresh(ownPort), REFRESH.toSeconds(), REFRESH.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public int workers() {
    return addresses.workers();
  }

  @Override
  public void share(URI baseUrl, String model, Duration coolDown) {
    ShareCoolDownRequest request =
        ShareCoolDownRequest.newBuilder()
            .setBaseUrl(baseUrl.toString())
            .setModel(model)
            .setCoolDown(Durations.fromNanos(coolDown.toNanos()))
            .build();
    for (InetSocketAddress peer : addresses.others()) {
      if (open.tryAcquire()) {
        stubs.computeIfAbsent(peer, JudgePeers::stub).shareCoolDown(request, new Done(peer));
      } else {
        logger.debug(
            "peer {} gets no report of a cool-down: {} reports are open", peer, LARGEST_OPEN);
      }
    }
  }

  @Override
  public void close() {
    lookups.shutdownNow();
  }

  private void refresh(int ownPort) {
    addresses.refresh(ownPort);
    stubs.keySet().retainAll(addresses.others());
  }

  private static JudgePeerServiceStub stub(InetSocketAddress peer) {
    String host = peer.getAddress().getHostAddress().replaceAll("%.*", "");
    String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + peer.getPort();
    return GrpcClients.builder("gproto+h2c://" + authority)
        .responseTimeout(TIMEOUT)
        .build(JudgePeerServiceStub.class);
  }

  private final class Done implements StreamObserver<ShareCoolDownResponse> {
    private final InetSocketAddress peer;

    Done(InetSocketAddress peer) {
      this.peer = peer;
    }

    @Override
    public void onNext(ShareCoolDownResponse response) {}

    @Override
    public void onError(Throwable thrown) {
      open.release();
      logger.debug("peer {} did not accept the report of a cool-down: {}", peer, thrown.toString());
    }

    @Override
    public void onCompleted() {
      open.release();
    }
  }
}
