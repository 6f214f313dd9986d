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
 * A channel to the judge workers: calls go round robin over those that say they are healthy, and
 * nothing is retried here. Several addresses are taken as they are; a single one is resolved in DNS
 * again and again, so that a headless service's name balances over all its pods.
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

  private JudgeClient(ManagedChannel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /**
   * Connects lazily: judges that are down show in the first call, as UNAVAILABLE.
   *
   * @param addresses value of {@code RETORT_JUDGE_ADDRESSES}
   * @param deadline of each call; long, because the judge waits out rate limits
   * @param executor runs what follows on answers
   * @throws io.retort.worker.ConfigurationException when the addresses are not well-formed
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
    return new JudgeClient(channel, deadline);
  }

  /** Calls that end with {@code scope}. */
  public JudgeCalls calls(CallGroup scope) {
    return new GrpcCalls(JudgeServiceGrpc.newFutureStub(channel), deadline, scope);
  }

  /**
   * Which models an endpoint asks and with which prompts; waits for the answer.
   *
   * @param prompts files that replace built-in ones
   * @throws io.temporal.failure.ApplicationFailure USER for an endpoint or a file that no judge
   *     knows, else as calls fail
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
