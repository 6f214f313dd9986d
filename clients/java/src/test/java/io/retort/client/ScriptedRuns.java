package io.retort.client;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CreateRunResponse;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.GetRunRequest;
import io.retort.v1.GetRunResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A control plane that answers each call with the next part of a script. */
final class ScriptedRuns extends RunServiceGrpc.RunServiceImplBase implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  final List<CreateRunRequest> created = new CopyOnWriteArrayList<>();
  final List<ListRunsRequest> listed = new CopyOnWriteArrayList<>();
  final List<WatchRunRequest> watched = new CopyOnWriteArrayList<>();
  final List<GetRunLogsRequest> logs = new CopyOnWriteArrayList<>();
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  /** Failures of the next calls to CreateRun. */
  final Queue<StatusRuntimeException> refusals = new ArrayDeque<>();

  final Queue<Consumer<StreamObserver<WatchRunResponse>>> watches = new ArrayDeque<>();
  final Queue<Consumer<StreamObserver<GetRunLogsResponse>>> chunks = new ArrayDeque<>();

  private final Server server;

  ScriptedRuns() throws IOException {
    this(InsecureServerCredentials.create());
  }

  ScriptedRuns(ServerCredentials credentials) throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, credentials)
            .addService(this)
            .intercept(new Reader())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  void watch(Consumer<StreamObserver<WatchRunResponse>> part) {
    watches.add(part);
  }

  @Override
  public void createRun(CreateRunRequest request, StreamObserver<CreateRunResponse> observer) {
    created.add(request);
    StatusRuntimeException refusal = refusals.poll();
    if (refusal != null) {
      observer.onError(refusal);
      return;
    }
    observer.onNext(
        CreateRunResponse.newBuilder().setRun(Run.newBuilder().setRunId("demo-1")).build());
    observer.onCompleted();
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> observer) {
    observer.onNext(
        GetRunResponse.newBuilder().setRun(Run.newBuilder().setRunId(request.getRunId())).build());
    observer.onCompleted();
  }

  /** Two pages of two runs. */
  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> observer) {
    listed.add(request);
    boolean first = request.getPageToken().isEmpty();
    observer.onNext(
        ListRunsResponse.newBuilder()
            .addRuns(Run.newBuilder().setRunId(first ? "a" : "c"))
            .addRuns(Run.newBuilder().setRunId(first ? "b" : "d"))
            .setNextPageToken(first ? "second" : "")
            .build());
    observer.onCompleted();
  }

  @Override
  public void watchRun(WatchRunRequest request, StreamObserver<WatchRunResponse> observer) {
    watched.add(request);
    Consumer<StreamObserver<WatchRunResponse>> part = watches.poll();
    if (part != null) {
      part.accept(observer);
    }
  }

  @Override
  public void getRunLogs(GetRunLogsRequest request, StreamObserver<GetRunLogsResponse> observer) {
    logs.add(request);
    Consumer<StreamObserver<GetRunLogsResponse>> part = chunks.poll();
    if (part != null) {
      part.accept(observer);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Reader implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      authorizations.add(String.valueOf(headers.get(AUTHORIZATION)));
      return next.startCall(call, headers);
    }
  }
}
