package io.retort.pages;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.stream.StreamMessage;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.v1.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports of runs, from the store. */
final class RunFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);

  private static final int CHUNK_BYTES = 64 << 10;

  /** Each holds a connection to the store. */
  private static final int MOST_OPEN = 32;

  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Semaphore slots = new Semaphore(MOST_OPEN);
  private final Store store;
  private final String storeUri;
  private final RunPages runs;

  RunFiles(Store store, String storeUri, RunPages runs) {
    this.store = store;
    this.storeUri = storeUri;
    this.runs = runs;
  }

  /** The latest report of the run. */
  HttpResponse report(PageRequest request) {
    return send(request, layout(runs.run(request)).report());
  }

  /** The report that the run's approval is about. */
  HttpResponse approvalReport(PageRequest request) {
    return send(request, layout(runs.run(request)).approvalReport());
  }

  /** The place follows from the run's id: what a record names is not read. */
  private RunLayout layout(Run run) {
    return new RunLayout(storeUri, run.getRunId());
  }

  private HttpResponse send(PageRequest request, String uri) {
    if (!slots.tryAcquire()) {
      throw new PageException(
          HttpStatus.SERVICE_UNAVAILABLE,
          MOST_OPEN + " reports are being loaded (expected: fewer; try again in a minute).");
    }
    InputStream input;
    try {
      input = store.read(uri);
    } catch (NoSuchFileException e) {
      slots.release();
      throw new PageException(
          HttpStatus.NOT_FOUND,
          "The run has no such report yet (expected: a run that has ended, or awaits approval).");
    } catch (IOException e) {
      slots.release();
      throw new PageException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "The report cannot be read: " + e.getMessage() + " (try again).");
    } catch (RuntimeException | Error e) {
      slots.release();
      throw e;
    }
    // A slow browser may take longer than a call.
    request.context().setRequestTimeout(LONGEST);
    // Reads a chunk whenever the browser has taken the one before, so that a slow one holds neither
    // a thread nor more memory.
    StreamMessage<HttpData> content =
        StreamMessage.builder(input)
            .bufferSize(CHUNK_BYTES)
            .executor(request.context().blockingTaskExecutor())
            .build();
    // Also where the browser leaves before anything is read.
    CompletableFuture<Boolean> ignored =
        content
            .whenComplete()
            .handle(
                (sent, thrown) -> {
                  slots.release();
                  return close(input);
                });
    return HttpResponse.of(PageResponses.report(), content);
  }

  private static boolean close(InputStream input) {
    try {
      input.close();
      return true;
    } catch (IOException e) {
      LOG.debug("a report that was sent cannot be closed", e);
      return false;
    }
  }
}
