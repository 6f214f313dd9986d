package io.retort.judge.client;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.retort.tls.ClientTls;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.PromptFile;
import io.retort.worker.Environment;
import io.retort.worker.TlsFiles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A channel to the judge workers. Calls are distributed round robin over the healthy workers and
 * are not retried here. Several addresses are used as given; a single address is resolved in DNS
 * repeatedly, so that the name of a headless service balances over all its pods.
 */
public final class JudgeClient implements AutoCloseable {
  private static final Duration DESCRIBE_DEADLINE = Duration.ofSeconds(20);

  /** Of either direction, in bytes; the judge workers have the same. */
  static final int LARGEST_MESSAGE = 16 << 20;

  private static final Map<String, ?> SERVICE_CONFIG =
      Map.of(
          "loadBalancingConfig",
          List.of(Map.of("round_robin", Map.of())),
          "healthCheckConfig",
          Map.of("serviceName", ""));

  static {
    NameResolverRegistry.getDefaultRegistry().register(new StaticNameResolverProvider());
  }

  private final ManagedChannel channel;
  private final Optional<ClientTls> tls;
  private final Duration deadline;
  private final CallStreams streams;

  /**
   * @param workers number of addresses
   */
  private JudgeClient(
      ManagedChannel channel, Optional<ClientTls> tls, Duration deadline, int workers) {
    this.channel = channel;
    this.tls = tls;
    this.deadline = deadline;
    streams = new CallStreams(JudgeServiceGrpc.newStub(channel), deadline, workers);
  }

  /** As {@link #connect(String, Environment, Duration, Executor)}, with the defaults of TLS. */
  public static JudgeClient connect(String addresses, Duration deadline, Executor executor) {
    return connect(addresses, new Environment(Map.of()), deadline, executor);
  }

  /**
   * Connects lazily: if the judges are down, the first call fails with UNAVAILABLE.
   *
   * @param addresses value of {@code RETORT_JUDGE_ADDRESSES}: {@code https://host:port} for TLS,
   *     {@code host:port} without for judges of this machine
   * @param environment has the variables of {@link TlsFiles#client}
   * @param deadline of each call; long, because the judge waits for rate limits
   * @param executor runs the continuations of answers
   * @throws io.retort.worker.ConfigurationException if the addresses are not well-formed, rows
   *     would be sent to other machines without encryption, or a file of TLS cannot be used
   */
  public static JudgeClient connect(
      String addresses, Environment environment, Duration deadline, Executor executor) {
    JudgeAddresses judges = JudgeAddresses.parse(addresses);
    String scheme = judges.addresses().size() == 1 ? "dns" : StaticNameResolverProvider.SCHEME;
    Optional<ClientTls> tls =
        judges.tls() ? Optional.of(TlsFiles.client(environment)) : Optional.empty();
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(
                scheme + ":///" + judges.targets(),
                tls.map(ClientTls::credentials).orElseGet(InsecureChannelCredentials::create))
            .defaultServiceConfig(SERVICE_CONFIG)
            .disableServiceConfigLookUp()
            .disableRetry()
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .keepAliveTime(2, TimeUnit.MINUTES)
            .executor(executor)
            .build();
    return new JudgeClient(channel, tls, deadline, judges.addresses().size());
  }

  /** Calls that {@code scope} can cancel. */
  public JudgeCalls calls(CallGroup scope) {
    return new StreamedCalls(
        streams, new GrpcCalls(JudgeServiceGrpc.newFutureStub(channel), deadline, scope), scope);
  }

  /**
   * Returns the models and prompts of an endpoint; blocks until the answer arrives.
   *
   * @param prompts files that replace built-in ones
   * @throws io.temporal.failure.ApplicationFailure USER for an endpoint or a file that no judge
   *     knows; otherwise like failed calls
   */
  public DescribeResponse describe(String endpoint, List<PromptFile> prompts) {
    DescribeRequest request =
        DescribeRequest.newBuilder()
            .setContext(JudgeContext.newBuilder().setEndpoint(endpoint).addAllPrompts(prompts))
            .build();
    try {
      return JudgeServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DESCRIBE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
          .describe(request);
    } catch (StatusRuntimeException e) {
      throw JudgeFailures.of(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    tls.ifPresent(ClientTls::close);
  }
}
