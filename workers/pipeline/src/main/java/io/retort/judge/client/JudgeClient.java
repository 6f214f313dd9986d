package io.retort.judge.client;

import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.PromptFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A channel to the judge workers. Calls are distributed round robin over the healthy workers and
 * are not retried here. Several addresses are used as given; a single address is resolved in DNS
 * repeatedly, so that the name of a headless service balances over all its pods.
 */
public final class JudgeClient implements AutoCloseable {
  private static final Duration DESCRIBE_DEADLINE = Duration.ofSeconds(20);
  private static final int LARGEST_ANSWER_BYTES = 16 << 20;
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
  private final Duration deadline;
  private final CallStreams streams;

  /**
   * @param workers number of workers, as far as it is known
   */
  private JudgeClient(ManagedChannel channel, Duration deadline, int workers) {
    this.channel = channel;
    this.deadline = deadline;
    streams = new CallStreams(JudgeServiceGrpc.newStub(channel), deadline, workers);
  }

  /**
   * Connects lazily: if the judges are down, the first call fails with UNAVAILABLE.
   *
   * @param addresses value of {@code RETORT_JUDGE_ADDRESSES}
   * @param deadline of each call; long, because the judge waits for rate limits
   * @param executor runs the continuations of answers
   * @throws io.retort.worker.ConfigurationException if the addresses are not well-formed
   */
  public static JudgeClient connect(String addresses, Duration deadline, Executor executor) {
    int count = JudgeAddresses.parse(addresses).addresses().size();
    String target =
        count == 1
            ? "dns:///" + addresses.replace(",", "").strip()
            : StaticNameResolverProvider.SCHEME + ":///" + addresses.replaceAll("\\s", "");
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(target)
            .usePlaintext()
            .defaultServiceConfig(SERVICE_CONFIG)
            .disableServiceConfigLookUp()
            .disableRetry()
            .maxInboundMessageSize(LARGEST_ANSWER_BYTES)
            .keepAliveTime(2, TimeUnit.MINUTES)
            .executor(executor)
            .build();
    return new JudgeClient(channel, deadline, count);
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
  }
}
