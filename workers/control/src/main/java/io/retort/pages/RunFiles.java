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
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports of runs, from the store. */
final class RunFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);

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
    try {
      InputStream input = store.read(uri);
      StreamMessage<HttpData> content =
          StreamMessage.fromOutputStream(
              output -> copy(input, output), request.context().blockingTaskExecutor());
      // Also where the browser leaves before anything is read.
      CompletableFuture<Boolean> ignored =
          content.whenComplete().handle((sent, thrown) -> close(input));
      return HttpResponse.of(PageResponses.report(), content);
    } catch (NoSuchFileException e) {
      throw new PageException(
          HttpStatus.NOT_FOUND,
          "The run has no such report yet (expected: a run that has ended, or awaits approval).");
    } catch (IOException e) {
      throw new PageException(
          HttpStatus.SERVICE_UNAVAILABLE,
          "The report cannot be read: " + e.getMessage() + " (try again).");
    }
  }

  private static void copy(InputStream input, OutputStream output) {
    try (output) {
      input.transferTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
