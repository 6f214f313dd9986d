package io.retort.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files periodically, and reads them again once one has changed. While they cannot be
 * read, what was read before stays in use.
 */
public final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final List<Path> files;
  private final Runnable read;
  private final ScheduledExecutorService executor;
  private List<String> seen;

  /**
   * @param read has read the files once; throws {@link TlsFileException} where they cannot be used
   */
  public static FileWatch start(List<Path> files, Duration period, Runnable read) {
    FileWatch watch = new FileWatch(files, read);
    ScheduledFuture<?> unused =
        watch.executor.scheduleWithFixedDelay(
            watch::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  private FileWatch(List<Path> files, Runnable read) {
    this.files = files;
    this.read = read;
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "certificates");
              thread.setDaemon(true);
              return thread;
            });
    seen = state();
  }

  private void look() {
    try {
      List<String> now = state();
      if (!now.equals(seen)) {
        read.run();
        seen = now;
        LOG.info("{} are read again", files);
      }
    } catch (RuntimeException e) {
      LOG.warn("the files before stay in use: {}", e.getMessage(), e);
    }
  }

  /** Also of the target of a link, by which Kubernetes replaces files. */
  private List<String> state() {
    return files.stream().map(FileWatch::state).toList();
  }

  private static String state(Path file) {
    try {
      return file.toRealPath() + " " + Files.getLastModifiedTime(file) + " " + Files.size(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
