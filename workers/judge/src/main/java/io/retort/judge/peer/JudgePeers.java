package io.retort.judge.peer;

import com.google.protobuf.util.Durations;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.grpc.GrpcClientBuilder;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.stub.StreamObserver;
import io.retort.judge.route.Peers;
import io.retort.tls.ClientTls;
import io.retort.v1.JudgePeerServiceGrpc.JudgePeerServiceStub;
import io.retort.v1.ShareCoolDownRequest;
import io.retort.v1.ShareCoolDownResponse;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import io.retort.worker.TlsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The judge workers of {@code RETORT_JUDGE_PEERS}: a comma-separated list of {@code host:port},
 * each or none with {@code https://} before it for TLS as {@link TlsFiles#client} says. A host may
 * resolve to all workers, like that of a headless service. Names are resolved again every 30
 * seconds; the list may include this worker.
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
  private final Optional<ClientTls> tls;
  private final Optional<ClientFactory> connections;
  private final Semaphore open = new Semaphore(LARGEST_OPEN);
  private final ScheduledExecutorService lookups =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("judge-peers"));

  private JudgePeers(PeerAddresses addresses, Optional<ClientTls> tls) {
    this.addresses = addresses;
    this.tls = tls;
    connections = tls.map(JudgePeers::encrypted);
  }

  /**
   * @throws ConfigurationException when the variable is not well-formed, a file of TLS cannot be
   *     used, or reports would be sent to other machines without encryption
   */
  public static JudgePeers of(Environment environment) {
    PeerList peers = PeerList.parse(environment.get("RETORT_JUDGE_PEERS", ""));
    return new JudgePeers(
        new PeerAddresses(peers.names(), InetAddress::getAllByName),
        peers.tls() ? Optional.of(TlsFiles.client(environment)) : Optional.empty());
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
        stubs.computeIfAbsent(peer, this::stub).shareCoolDown(request, new Done(peer));
      } else {
        logger.debug(
            "peer {} gets no report of a cool-down: {} reports are open", peer, LARGEST_OPEN);
      }
    }
  }

  @Override
  public void close() {
    lookups.shutdownNow();
    connections.ifPresent(ClientFactory::close);
    tls.ifPresent(ClientTls::close);
  }

  private void refresh(int ownPort) {
    addresses.refresh(ownPort);
    stubs.keySet().retainAll(addresses.others());
  }

  private JudgePeerServiceStub stub(InetSocketAddress peer) {
    // The name, by which TLS checks the certificate, with the address that it had.
    Endpoint endpoint =
        Endpoint.of(peer.getHostString().replaceAll("%.*", ""), peer.getPort())
            .withInetAddress(peer.getAddress());
    GrpcClientBuilder client =
        GrpcClients.builder(connections.isPresent() ? "gproto+h2" : "gproto+h2c", endpoint);
    connections.ifPresent(client::factory);
    return client.responseTimeout(TIMEOUT).build(JudgePeerServiceStub.class);
  }

  private static ClientFactory encrypted(ClientTls tls) {
    return ClientFactory.builder()
        .tlsCustomizer(
            context -> {
              tls.trustManager().ifPresent(context::trustManager);
              tls.keyManager().ifPresent(context::keyManager);
            })
        .build();
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
