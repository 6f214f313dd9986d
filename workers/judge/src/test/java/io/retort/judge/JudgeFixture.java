package io.retort.judge;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointConfiguration.MaxTokensField;
import io.retort.judge.configuration.EndpointConfiguration.OmittableField;
import io.retort.judge.configuration.EndpointExtras;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.configuration.RateLimits;
import io.retort.judge.configuration.RouteConfiguration;
import io.retort.judge.configuration.RouteConfiguration.Target;
import io.retort.judge.route.Peers;
import io.retort.judge.time.ManualTimer;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.Failure;
import io.retort.v1.ImproveRequest;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.RateRequest;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.ValidateRequest;
import io.retort.v1.Verdict;
import io.retort.worker.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A judge worker on loopback in front of a scripted endpoint; the test controls its clock. */
final class JudgeFixture implements AutoCloseable {
  static final String KEY = "sk-secret-0123456789";
  static final String PROBLEM = "Ann has 3 bags of 4 apples. How many apples has she?";
  static final String CHAIN = "There are 3 bags.\n\nEach holds 4 apples, so 3 * 4 = 12.";

  private static final URI NOBODY = URI.create("http://127.0.0.1:1/v1");

  final ScriptedEndpoint endpoint = ScriptedEndpoint.start();
  final ManualTimer timer = new ManualTimer();
  final PrometheusRegistry registry = new PrometheusRegistry();
  final RequestMemory memory;
  final JudgeServer server;
  final ManagedChannel channel;

  JudgeFixture() {
    this(Duration.ofSeconds(30));
  }

  JudgeFixture(Duration grace) {
    this(grace, NOBODY);
  }

  /**
   * @param other address of the endpoint "other"
   */
  JudgeFixture(Duration grace, URI other) {
    this(grace, other, Peers.none());
  }

  JudgeFixture(Duration grace, URI other, Peers peers) {
    this(grace, other, peers, RequestMemory.ofHeap());
  }

  JudgeFixture(RequestMemory memory) {
    this(Duration.ofSeconds(30), NOBODY, Peers.none(), memory);
  }

  private JudgeFixture(Duration grace, URI other, Peers peers, RequestMemory memory) {
    this.memory = memory;
    server =
        JudgeServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Environment(Map.of()),
            configuration(endpoint.baseUrl(), other),
            peers,
            registry,
            memory,
            timer,
            grace);
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.port(), InsecureChannelCredentials.create())
            .build();
  }

  private static EndpointsConfiguration configuration(URI scripted, URI other) {
    return new EndpointsConfiguration(
        List.of(
            endpoint("judge", scripted),
            with("plain", scripted, false, 512, RateLimits.none()),
            with("narrow", scripted, true, 2, RateLimits.none()),
            with(
                "metered",
                scripted,
                true,
                512,
                new RateLimits(OptionalLong.of(60), OptionalLong.of(60_000))),
            new EndpointConfiguration(
                "reasoner",
                scripted,
                "some-model",
                "",
                Optional.empty(),
                true,
                512,
                RateLimits.none(),
                Duration.ofSeconds(20),
                MaxTokensField.MAX_COMPLETION_TOKENS,
                Set.of(OmittableField.TEMPERATURE, OmittableField.SEED),
                EndpointExtras.none()),
            endpoint("down", NOBODY),
            endpoint("other", other)),
        List.of(
            route("down-judge", new Target("down", 1), new Target("judge", 0)),
            route("other-judge", new Target("other", 1), new Target("judge", 0)),
            route("judge-other", new Target("judge", 1), new Target("other", 0)),
            route("reasoner-other", new Target("reasoner", 1), new Target("other", 0)),
            route("down-other", new Target("down", 1), new Target("other", 0)),
            route("both", new Target("judge", 1), new Target("other", 1))));
  }

  private static RouteConfiguration route(String name, Target... targets) {
    return new RouteConfiguration(name, List.of(targets));
  }

  private static EndpointConfiguration endpoint(String name, URI baseUrl) {
    return with(name, baseUrl, true, 512, RateLimits.none());
  }

  private static EndpointConfiguration with(
      String name, URI baseUrl, boolean jsonSchema, int maxInFlight, RateLimits limits) {
    return new EndpointConfiguration(
        name,
        baseUrl,
        name.equals("other") ? "other-model" : "some-model",
        name.equals("other") ? "r2" : "",
        Optional.of(KEY),
        jsonSchema,
        maxInFlight,
        limits,
        EndpointConfiguration.DEFAULT_TIMEOUT,
        MaxTokensField.MAX_TOKENS,
        Set.of(),
        EndpointExtras.none());
  }

  JudgeServiceGrpc.JudgeServiceBlockingStub stub() {
    return JudgeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  JudgeServiceGrpc.JudgeServiceFutureStub futureStub() {
    return JudgeServiceGrpc.newFutureStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  static JudgeContext context(String endpoint) {
    return JudgeContext.newBuilder()
        .setEndpoint(endpoint)
        .setTemperature(0.5)
        .setMaxTokens(256)
        .setSeed(7)
        .setStudentSize("7B")
        .build();
  }

  static EvaluateRequest evaluate(String endpoint) {
    return EvaluateRequest.newBuilder()
        .setContext(context(endpoint))
        .setProblem(PROBLEM)
        .setAnswer("12")
        .setChain(CHAIN)
        .build();
  }

  static ImproveRequest improve(Difficulty difficulty) {
    return ImproveRequest.newBuilder()
        .setContext(context("judge"))
        .setProblem(PROBLEM)
        .setAnswer("12")
        .setChain(CHAIN)
        .setVerdict(
            Verdict.newBuilder().setDifficulty(difficulty).setCritique("It skips the product."))
        .build();
  }

  static ValidateRequest validate() {
    return ValidateRequest.newBuilder()
        .setContext(context("judge"))
        .setProblem(PROBLEM)
        .setAnswer("12")
        .setChain(CHAIN)
        .build();
  }

  static CorruptRequest corrupt(CorruptionKind kind) {
    return CorruptRequest.newBuilder()
        .setContext(context("judge"))
        .setProblem(PROBLEM)
        .setAnswer("12")
        .setChain(CHAIN)
        .setKind(kind)
        .build();
  }

  static RateRequest rate() {
    return RateRequest.newBuilder()
        .setContext(context("judge"))
        .setProblem(PROBLEM)
        .setAnswer("12")
        .setChain(CHAIN)
        .build();
  }

  static SampleAnswersRequest sample(int samples, String partialChain) {
    return SampleAnswersRequest.newBuilder()
        .setContext(context("judge"))
        .setProblem(PROBLEM)
        .setPartialChain(partialChain)
        .setSamples(samples)
        .build();
  }

  /** The {@link Failure} that travelled with a status. */
  static Failure failure(StatusRuntimeException thrown) {
    return detail(thrown, Failure.class)
        .orElseThrow(() -> new AssertionError("no Failure in " + thrown));
  }

  /** The status that {@code call} fails with. */
  static StatusRuntimeException thrownBy(Future<?> call) throws InterruptedException {
    try {
      throw new AssertionError("no failure but " + call.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        return status;
      }
      throw new AssertionError(e);
    }
  }

  static <T extends Message> Optional<T> detail(StatusRuntimeException thrown, Class<T> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    // Netty's event loops take seconds to end; no test waits for that.
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(server::close).thenRun(endpoint::close);
  }
}
