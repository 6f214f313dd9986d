package io.retort.stack;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Owns the processes of a stack: starts them in order, each when the one before is ready, restarts
 * what crashes, and stops them in reverse order when it is asked to end (SIGTERM).
 */
final class Supervisor {
  private static final Duration TICK = Duration.ofMillis(250);
  private static final int SHOWN_LOG_LINES = 15;

  private final Path home;
  private final Path folder;
  private final StackState description;
  private final List<SupervisedProcess> processes;
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private int started;

  /**
   * @param folder working folder of the processes
   * @param description addresses to tell; phase and processes are filled in here
   */
  Supervisor(Path home, Path folder, StackState description, List<StackProcess> plan)
      throws IOException {
    this.home = home;
    this.folder = folder;
    this.description = description;
    Files.createDirectories(home.resolve("logs"));
    processes = plan.stream().map(process -> new SupervisedProcess(process, home)).toList();
  }

  /** Returns when the stack has been stopped or could not be started. */
  void run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    try {
      write(Phase.STARTING, "");
      String failure = startAll();
      if (!failure.isEmpty()) {
        stopAll();
        write(Phase.FAILED, failure);
        return;
      }
      if (stopRequested.getCount() > 0) {
        write(Phase.UP, "");
      }
      while (!pause()) {
        tendAll();
      }
      stopAll();
      StackState.delete(home);
    } finally {
      stopped.countDown();
    }
  }

  /** Returns why the stack could not be started, or an empty text. */
  private String startAll() throws IOException, InterruptedException {
    for (SupervisedProcess process : processes) {
      process.start(folder);
      started++;
      write(Phase.STARTING, "");
      Instant limit = Instant.now().plus(process.startLimit());
      while (!process.isReady()) {
        if (!process.isAlive()) {
          return process.name() + " ended before it was ready" + tail(process);
        }
        if (Instant.now().isAfter(limit)) {
          return process.name()
              + " was not ready after "
              + process.startLimit().toSeconds()
              + " s"
              + tail(process);
        }
        if (pause()) {
          return "";
        }
      }
    }
    return "";
  }

  private void tendAll() throws IOException {
    boolean changed = false;
    for (SupervisedProcess process : processes) {
      changed |= process.tend(folder);
    }
    if (changed) {
      write(Phase.UP, "");
    }
  }

  private void stopAll() throws IOException {
    for (int index = started - 1; index >= 0; index--) {
      processes.get(index).stop();
    }
  }

  /** Waits one tick; returns whether a stop was requested. */
  private boolean pause() throws InterruptedException {
    return stopRequested.await(TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void stopAndWait() {
    stopRequested.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Phase phase, String failure) throws IOException {
    List<RecordedProcess> recorded = new ArrayList<>();
    for (SupervisedProcess process : processes.subList(0, started)) {
      recorded.add(process.recorded());
    }
    new StackState(
            phase,
            failure,
            RecordedProcess.of("supervisor", ProcessHandle.current(), 1),
            recorded,
            description.controlAddress(),
            description.temporalAddress(),
            description.temporalUi(),
            description.metrics(),
            description.store(),
            description.rayFolder())
        .write(home);
  }

  private static String tail(SupervisedProcess process) throws IOException {
    List<String> lines = LogTail.last(process.log(), SHOWN_LOG_LINES);
    return "; the end of " + process.log() + ":\n  " + String.join("\n  ", lines);
  }
}
