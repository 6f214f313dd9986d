package io.retort.stack;

import io.retort.stack.StackState.RecordedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One supervised process: started, watched, restarted after a growing pause, stopped. */
final class SupervisedProcess {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration STEADY = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final int CONNECT_MILLISECONDS = 500;

  private final StackProcess plan;
  private final Path log;
  private final Path home;
  private @Nullable ProcessHandle handle;
  private long startedAt;
  private long restartAt;
  private Duration pause = FIRST_PAUSE;
  private long logStart;
  private int starts;

  SupervisedProcess(StackProcess plan, Path home) {
    this.plan = plan;
    this.home = home;
    log = home.resolve("logs").resolve(plan.name() + ".log");
  }

  String name() {
    return plan.name();
  }

  Path log() {
    return log;
  }

  void start(Path folder) throws IOException {
    startedAt = System.nanoTime();
    logStart = Files.exists(log) ? Files.size(log) : 0;
    ProcessBuilder builder = new ProcessBuilder(plan.command()).directory(folder.toFile());
    builder.environment().keySet().removeAll(plan.withheld());
    builder.environment().putAll(plan.environment());
    builder.environment().putAll(MarkedProcesses.environment(home, plan.name()));
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    handle = builder.start().toHandle();
    starts++;
  }

  boolean isAlive() {
    return handle != null && handle.isAlive();
  }

  boolean isReady() throws IOException {
    return plan.ready().port().map(SupervisedProcess::accepts).orElse(true)
        && (plan.ready().logText().isEmpty()
            || LogTail.contains(log, logStart, plan.ready().logText().get()));
  }

  Duration startLimit() {
    return plan.startLimit();
  }

  /**
   * Detects a crash and restarts the process after its pause.
   *
   * @return whether the process was restarted
   * @throws IOException if the restart failed; the next call after a pause tries again
   */
  boolean tend(Path folder) throws IOException {
    if (handle != null && handle.isAlive()) {
      return false;
    }
    if (handle != null) {
      handle = null;
      scheduleRestart();
      killWhatIsLeft();
    }
    if (System.nanoTime() - restartAt < 0) {
      return false;
    }
    try {
      killWhatIsLeft();
      start(folder);
      return true;
    } catch (IOException e) {
      scheduleRestart();
      throw e;
    }
  }

  private void scheduleRestart() {
    long now = System.nanoTime();
    boolean steady = now - startedAt > STEADY.toNanos();
    pause = steady ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
    restartAt = now + (steady ? FIRST_PAUSE : pause.dividedBy(2)).toNanos();
  }

  void stop() throws IOException {
    if (handle != null) {
      ProcessTrees.stop(handle, GRACE);
    }
    killWhatIsLeft();
  }

  RecordedProcess recorded() {
    return handle == null
        ? RecordedProcess.down(plan.name(), starts)
        : RecordedProcess.of(plan.name(), handle, starts);
  }

  private void killWhatIsLeft() throws IOException {
    ProcessTrees.kill(MarkedProcesses.of(home, plan.name()).find());
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLISECONDS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
