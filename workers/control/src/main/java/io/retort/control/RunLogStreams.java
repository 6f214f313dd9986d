package io.retort.control;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.retort.enums.RunPhases;
import io.retort.logs.RunLogFiles;
import io.retort.logs.RunLogFiles.RunLogFile;
import io.retort.v1.FailureCategory;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.ListRunLogsResponse;
import io.retort.v1.RunLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams logs of runs. A stream holds no thread while it waits for the log or for its client. */
final class RunLogStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunLogStreams.class);
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int MOST_STREAMS = 500;

  private final RunReader reader;
  private final RunIndex index;
  private final RunLogFiles files;
  private final ScheduledExecutorService executor;
  private final Duration period;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

  /**
   * @param period after which a log is looked at again
   */
  RunLogStreams(
      RunReader reader,
      RunIndex index,
      RunLogFiles files,
      ScheduledExecutorService executor,
      Duration period) {
    this.reader = reader;
    this.index = index;
    this.files = files;
    this.executor = executor;
    this.period = period;
  }

  /** Throws NOT_FOUND for an unknown run. */
  ListRunLogsResponse list(ListRunLogsRequest request) {
    String runId = request.getRunId();
    boolean ended = RunPhases.isTerminal(reader.get(runId).getPhase());
    ListRunLogsResponse.Builder response = ListRunLogsResponse.newBuilder();
    try {
      List<RunLog> logs =
          request.getLog().isEmpty()
              ? files.list(runId)
              : files.describe(runId, request.getLog()).stream().toList();
      logs.forEach(
          log -> response.addLogs(ended ? log.toBuilder().setComplete(true) : log.toBuilder()));
    } catch (IOException e) {
      throw ApiErrors.store("list the logs of run " + runId, e);
    }
    return response.build();
  }

  /** Throws NOT_FOUND for an unknown run or log, and RESOURCE_EXHAUSTED for too many streams. */
  void open(GetRunLogsRequest request, ServerCallStreamObserver<GetRunLogsResponse> observer) {
    if (request.getOffset() < 0) {
      throw ApiErrors.invalid("offset", request.getOffset() + " (expected: >= 0)");
    }
    boolean ended = RunPhases.isTerminal(reader.get(request.getRunId()).getPhase());
    if (followers.size() >= MOST_STREAMS) {
      throw ApiErrors.failure(
          Status.Code.RESOURCE_EXHAUSTED,
          FailureCategory.FAILURE_CATEGORY_RESOURCE,
          "LOG_STREAMS",
          MOST_STREAMS + " logs are being read (try again later)",
          null);
    }
    Follower follower =
        new Follower(request, find(request), !request.getFollow() || ended, observer);
    followers.add(follower);
    follower.schedule(Duration.ZERO);
  }

  /** Ends every stream with UNAVAILABLE. */
  @Override
  public void close() {
    followers.forEach(
        follower ->
            follower.fail(
                Status.UNAVAILABLE
                    .withDescription("the control plane is shutting down; go on at next_offset")
                    .asRuntimeException()));
  }

  private RunLogFile find(GetRunLogsRequest request) {
    try {
      return files
          .find(request.getRunId(), request.getLog())
          .orElseThrow(
              () ->
                  Status.NOT_FOUND
                      .withDescription(
                          "log: \""
                              + request.getLog()
                              + "\" of run "
                              + request.getRunId()
                              + " (expected: the name of one of its logs, as ListRunLogs names"
                              + " them)")
                      .asRuntimeException());
    } catch (IOException e) {
      throw ApiErrors.store("find the logs of run " + request.getRunId(), e);
    }
  }

  /** Whether the run has ended, as the index that all viewers share knows it. */
  private boolean hasEnded(String runId) {
    return index.snapshot().runs().stream()
        .filter(run -> run.runId().equals(runId))
        .findFirst()
        .map(IndexedRun::isTerminal)
        .orElse(false);
  }

  /** One stream. */
  private final class Follower {
    private final GetRunLogsRequest request;
    private final RunLogFile file;
    private final ServerCallStreamObserver<GetRunLogsResponse> observer;
    private long offset;
    private boolean atItsEnd;
    private boolean closed;

    /**
     * @param atItsEnd whether the stream ends with what the log has now
     */
    Follower(
        GetRunLogsRequest request,
        RunLogFile file,
        boolean atItsEnd,
        ServerCallStreamObserver<GetRunLogsResponse> observer) {
      this.request = request;
      this.file = file;
      this.atItsEnd = atItsEnd;
      this.observer = observer;
      offset = request.getOffset();
    }

    void schedule(Duration delay) {
      try {
        ScheduledFuture<?> ignored =
            executor.schedule(this::step, delay.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("a log's stream ends with the process", e);
        followers.remove(this);
      }
    }

    private synchronized void step() {
      if (closed || observer.isCancelled()) {
        followers.remove(this);
        return;
      }
      try {
        if (observer.isReady() && sendNext()) {
          schedule(Duration.ZERO);
        } else if (!closed) {
          schedule(period);
        }
      } catch (IOException e) {
        fail(ApiErrors.store("read a log of run " + request.getRunId(), e));
      } catch (StatusRuntimeException e) {
        fail(e);
      } catch (RuntimeException | Error e) {
        LOG.error("a log's stream failed", e);
        fail(
            Status.INTERNAL
                .withDescription(
                    "the log could not be sent; the log of the control plane says why (go on at next_offset)")
                .withCause(e)
                .asRuntimeException());
      }
    }

    /** Returns whether there may be more to send at once. */
    private boolean sendNext() throws IOException {
      // Asked before the log is read: what was written before its end is not missed.
      boolean complete = atItsEnd || file.isComplete();
      ByteString data = file.read(offset, CHUNK_BYTES);
      if (!data.isEmpty()) {
        observer.onNext(
            GetRunLogsResponse.newBuilder()
                .setData(data)
                .setOffset(offset)
                .setNextOffset(offset + data.size())
                .build());
        offset += data.size();
        return true;
      }
      if (complete) {
        closed = true;
        followers.remove(this);
        observer.onCompleted();
        return false;
      }
      // A last look follows, at what was written before the run's end.
      atItsEnd = hasEnded(request.getRunId());
      return false;
    }

    synchronized void fail(StatusRuntimeException error) {
      followers.remove(this);
      if (!closed && !observer.isCancelled()) {
        closed = true;
        observer.onError(error);
      }
    }
  }
}
