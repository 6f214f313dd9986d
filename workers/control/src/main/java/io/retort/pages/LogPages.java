package io.retort.pages;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.RunLog;
import io.retort.v1.RunServiceGrpc;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The logs of a run: a window of one of them at a time, the end of it at first. */
final class LogPages {
  /** In bytes. */
  static final int WINDOW = 64 << 10;

  private static final int LONGEST_READ_SECONDS = 10;
  private static final String EVENTS = "run";

  private final LocalCalls calls;

  LogPages(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse show(PageRequest request) {
    String run = request.path("run");
    String asked = request.form().text("log");
    String name = asked.isEmpty() ? EVENTS : asked;
    // The part that is asked for again and again names no other log.
    List<RunLog> logs =
        calls
            .call(
                RunServiceGrpc.getListRunLogsMethod(),
                ListRunLogsRequest.newBuilder()
                    .setRunId(run)
                    .setLog(request.isPart() ? name : "")
                    .build())
            .getLogsList();
    RunLog log =
        logs.stream()
            .filter(one -> one.getName().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new PageException(
                        HttpStatus.NOT_FOUND,
                        "log: \"" + name + "\" (expected: one of the logs of run " + run + ")"));
    String offset = request.form().text("offset");
    boolean end = offset.isEmpty();
    long from = end ? Math.max(0, log.getBytes() - WINDOW) : offset(offset);
    ByteString text = read(run, name, from).join();
    LogView view = LogView.of(run, logs, log, from, text, end);
    return request.page(request.isPart() ? "logText" : "logs", view);
  }

  /** At most a window, and what is left of the chunk in which it ends. */
  private CompletableFuture<ByteString> read(String run, String log, long from) {
    AtomicReference<ByteString> read = new AtomicReference<>(ByteString.EMPTY);
    CompletableFuture<ByteString> done = new CompletableFuture<>();
    LocalCalls.Stream stream =
        calls.stream(
            RunServiceGrpc.getGetRunLogsMethod(),
            GetRunLogsRequest.newBuilder().setRunId(run).setLog(log).setOffset(from).build(),
            () -> !done.isDone(),
            response -> {
              ByteString all = read.updateAndGet(before -> before.concat(response.getData()));
              if (all.size() >= WINDOW) {
                done.complete(all.substring(0, WINDOW));
              }
            },
            closed -> {
              if (closed.isOk()) {
                done.complete(read.get());
              } else {
                done.completeExceptionally(closed.asRuntimeException());
              }
            });
    return done.orTimeout(LONGEST_READ_SECONDS, TimeUnit.SECONDS)
        .whenComplete((bytes, thrown) -> stream.cancel());
  }

  private static long offset(String text) {
    try {
      return Long.parseUnsignedLong(text) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, "offset: \"" + text + "\" (expected: bytes, 0 or more)");
    }
  }
}
