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
 * Owns the processes of a stack: starts them in order, each when the previous one is ready,
 * restarts processes that crash, and stops them in reverse order on SIGTERM.
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
  private boolean stateIsOld;
  private String lastReported = "";

  /**
   * @param folder working folder of the processes
   * @param description the addresses of the stack; the supervisor fills in phase and processes
   */
  Supervisor(Path home, Path folder, StackState description, List<StackProcess> plan)
      throws IOException {
    this.home = home;
    this.folder = folder;
    this.description = description;
    Files.createDirectories(home.resolve("logs"));
    processes = plan.stream().map(process -> new SupervisedProcess(process, home)).toList();
  }

  /**
   * Returns when the stack has been stopped or could not be started. In every case, it leaves none
   * of its processes running.
   *
   * @throws StackException if another supervisor is running
   */
  void run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "stop"));
    try {
      StackLock lock = lock();
      try {
        supervise();
      } finally {
        lock.close();
      }
    } finally {
      stopped.countDown();
    }
  }

  private StackLock lock() throws IOException {
    return StackLock.tryTake(home, StackLock.Kind.SUPERVISION)
        .orElseThrow(
            () ->
                new StackException(
                    home
                        + ": "
                        + StackLock.holder(home, StackLock.Kind.SUPERVISION)
                        + " supervises this stack (expected: one supervisor; retort down first)"));
  }

  private void supervise() throws IOException, InterruptedException {
    String failure;
    try {
      failure = start();
      while (failure.isEmpty() && !pause()) {
        tendAll();
      }
    } finally {
      stopAll();
    }
    if (failure.isEmpty()) {
      StackState.delete(home);
    } else {
      write(Phase.FAILED, failure);
    }
  }

  /** Returns why the stack could not be started; empty on success. */
  private String start() throws InterruptedException {
    try {
      write(Phase.STARTING, "");
      String failure = startAll();
      if (failure.isEmpty() && stopRequested.getCount() > 0) {
        write(Phase.UP, "");
      }
      return failure;
    } catch (IOException e) {
      return "the stack could not be started: " + e;
    }
  }

  private String startAll() throws IOException, InterruptedException {
    for (SupervisedProcess process : processes) {
      // Before the start, so that a process that starts only partly is stopped, too.
      started++;
      process.start(folder);
      write(Phase.STARTING, "");
      long limit = System.nanoTime() + process.startLimit().toNanos();
      while (!process.isReady()) {
        if (!process.isAlive()) {
          return process.name() + " ended before it was ready" + tail(process);
        }
        if (System.nanoTime() - limit > 0) {
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

  /** Reports problems such as a full disk and tries the step again later. */
  private void tendAll() {
    for (SupervisedProcess process : processes) {
      try {
        stateIsOld |= process.tend(folder);
      } catch (IOException e) {
        report(process.name() + " could not be started again, and will be tried later: " + e);
      }
    }
    if (!stateIsOld) {
      return;
    }
    try {
      write(Phase.UP, "");
      stateIsOld = false;
    } catch (IOException e) {
      report("the state of the stack could not be written, and will be later: " + e);
    }
  }

  private void stopAll() {
    for (int index = started - 1; index >= 0; index--) {
      try {
        processes.get(index).stop();
      } catch (IOException e) {
        report(processes.get(index).name() + " may have left processes: " + e);
      }
    }
  }

  /** Writes to the supervisor's log; omits repetitions of the last problem. */
  private void report(String problem) {
    if (!problem.equals(lastReported)) {
      System.err.println(Instant.now() + " " + problem);
      lastReported = problem;
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
