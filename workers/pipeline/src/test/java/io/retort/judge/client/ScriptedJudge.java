package io.retort.judge.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.Provenance;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.Ratings;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.Usage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import io.retort.v1.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A judge worker over real gRPC whose answers are scripted; counts its calls. */
public final class ScriptedJudge implements AutoCloseable {
  public static final Usage USAGE_OF_A_CALL =
      Usage.newBuilder().setCalls(1).setPromptTokens(10).setCompletionTokens(5).build();
  private static final Provenance PROVENANCE =
      Provenance.newBuilder()
          .setModel("scripted")
          .setPromptVersion("test-v1")
          .setUsage(USAGE_OF_A_CALL)
          .build();

  public volatile Function<EvaluateRequest, Difficulty> evaluate =
      request -> Difficulty.DIFFICULTY_MEDIUM;
  public volatile Function<ImproveRequest, String> improve = ImproveRequest::getChain;
  public volatile Function<ValidateRequest, Boolean> validate = request -> true;
  public volatile Function<CorruptRequest, String> corrupt = CorruptRequest::getChain;
  public volatile Function<SampleAnswersRequest, List<String>> sampleAnswers =
      request -> List.of("0");

  public volatile Function<RateRequest, Ratings> rate =
      request -> Ratings.newBuilder().setVerbosity(4).setCognitiveDifficulty(3).build();

  /** Description of every endpoint; may throw. */
  public volatile Function<DescribeRequest, DescribeResponse> describe =
      request ->
          DescribeResponse.newBuilder()
              .addModels("scripted")
              .putPromptVersions("evaluate", "test-v1")
              .build();

  public final Queue<EvaluateRequest> evaluated = new ConcurrentLinkedQueue<>();
  public final Queue<ImproveRequest> improved = new ConcurrentLinkedQueue<>();
  public final Queue<ValidateRequest> validated = new ConcurrentLinkedQueue<>();
  public final Queue<CorruptRequest> corrupted = new ConcurrentLinkedQueue<>();
  public final Queue<SampleAnswersRequest> sampled = new ConcurrentLinkedQueue<>();

  public final Queue<RateRequest> rated = new ConcurrentLinkedQueue<>();
  public final Queue<DescribeRequest> described = new ConcurrentLinkedQueue<>();

  /** Whether it serves streams of calls; workers of earlier versions do not. */
  public volatile boolean streams = true;

  /** Number of streams of calls. */
  public final AtomicInteger openedStreams = new AtomicInteger();

  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  private ScriptedJudge() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service())
            .addService(health.getHealthService())
            .build()
            .start();
  }

  public static ScriptedJudge start() {
    try {
      return new ScriptedJudge();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The error for an unusable answer whose usage the endpoint still counted. */
  public static StatusRuntimeException useless(String type) {
    return failure(Code.DATA_LOSS, FailureCategory.FAILURE_CATEGORY_USER, type, USAGE_OF_A_CALL);
  }

  /** An error with the detail that judge workers attach. */
  public static StatusRuntimeException failure(
      Code code, FailureCategory category, String type, Message... details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage("scripted")
            .addDetails(
                Any.pack(
                    Failure.newBuilder()
                        .setCategory(category)
                        .setType(type)
                        .setMessage("scripted " + type)
                        .build()))
            .addAllDetails(Arrays.stream(details).map(Any::pack).toList())
            .build());
  }

  /** Status that the health service reports for the whole server. */
  public void setServing(boolean serving) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        serving
            ? HealthCheckResponse.ServingStatus.SERVING
            : HealthCheckResponse.ServingStatus.NOT_SERVING);
  }

  public int calls() {
    return evaluated.size()
        + improved.size()
        + validated.size()
        + corrupted.size()
        + sampled.size()
        + rated.size();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private BindableService service() {
    return new JudgeServiceGrpc.JudgeServiceImplBase() {
      @Override
      public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
        evaluated.add(request);
        answer(
            observer,
            () ->
                EvaluateResponse.newBuilder()
                    .setVerdict(
                        Verdict.newBuilder()
                            .setDifficulty(evaluate.apply(request))
                            .setCritique("scripted critique"))
                    .setProvenance(PROVENANCE)
                    .build());
      }

      @Override
      public void improve(ImproveRequest request, StreamObserver<ImproveResponse> observer) {
        improved.add(request);
        answer(
            observer,
            () ->
                ImproveResponse.newBuilder()
                    .setChain(improve.apply(request))
                    .setProvenance(PROVENANCE)
                    .build());
      }

      @Override
      public void validate(ValidateRequest request, StreamObserver<ValidateResponse> observer) {
        validated.add(request);
        answer(
            observer,
            () -> {
              boolean sound = validate.apply(request);
              return ValidateResponse.newBuilder()
                  .setSound(sound)
                  .setReason(sound ? "" : "scripted flaw")
                  .setProvenance(PROVENANCE)
                  .build();
            });
      }

      @Override
      public void corrupt(CorruptRequest request, StreamObserver<CorruptResponse> observer) {
        corrupted.add(request);
        answer(
            observer,
            () ->
                CorruptResponse.newBuilder()
                    .setChain(corrupt.apply(request))
                    .setProvenance(PROVENANCE)
                    .build());
      }

      @Override
      public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
        described.add(request);
        answer(observer, () -> describe.apply(request));
      }

      @Override
      public void sampleAnswers(
          SampleAnswersRequest request, StreamObserver<SampleAnswersResponse> observer) {
        sampled.add(request);
        answer(
            observer,
            () ->
                SampleAnswersResponse.newBuilder()
                    .addAllTexts(sampleAnswers.apply(request))
                    .setProvenance(PROVENANCE)
                    .build());
      }

      @Override
      public StreamObserver<StreamCallsRequest> streamCalls(
          StreamObserver<StreamCallsResponse> responses) {
        if (!streams) {
          return super.streamCalls(responses);
        }
        openedStreams.incrementAndGet();
        return new ScriptedStream(this, responses);
      }

      @Override
      public void rate(RateRequest request, StreamObserver<RateResponse> observer) {
        rated.add(request);
        answer(
            observer,
            () ->
                RateResponse.newBuilder()
                    .setRatings(rate.apply(request))
                    .setProvenance(PROVENANCE)
                    .build());
      }
    };
  }

  private static <T> void answer(
      StreamObserver<T> observer, java.util.function.Supplier<T> script) {
    T response;
    try {
      response = script.get();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
