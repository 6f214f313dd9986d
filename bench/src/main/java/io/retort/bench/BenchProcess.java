package io.retort.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A measured process; its output goes to a file. */
final class BenchProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final int CONNECT_MILLISECONDS = 500;
  private static final int LOOK_EVERY_MILLISECONDS = 50;

  private final String name;
  private final Process process;
  private final Path log;

  private BenchProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  static BenchProcess start(
      String name, Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new BenchProcess(name, process, log);
  }

  String name() {
    return name;
  }

  /** The current resource usage of the process, as the system reports it. */
  ProcessUsage usage() throws IOException {
    return ProcessUsage.of(process.pid());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(log);
  }

  void awaitPort(int port) throws IOException, InterruptedException {
    await("listens on port " + port, () -> accepts(port));
  }

  void awaitOutput(String text) throws IOException, InterruptedException {
    await("prints " + text, () -> output().contains(text));
  }

  /**
   * Waits until the process ends.
   *
   * @throws IllegalStateException if it does not end in time, or fails
   */
  void awaitEnd(Duration limit) throws IOException, InterruptedException {
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      throw failure("runs after " + limit.toSeconds() + " s (expected: an end before)");
    }
    if (process.exitValue() != 0) {
      throw failure("ended with " + process.exitValue() + " (expected: 0)");
    }
  }

  /** Ends the process, by force if it does not end in time. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    long giveUpAt = System.nanoTime() + START_LIMIT.toNanos();
    while (!condition.holds()) {
      if (!process.isAlive()) {
        throw failure("ended with " + process.exitValue() + " (expected: that it " + what + ")");
      }
      if (System.nanoTime() - giveUpAt > 0) {
        throw failure("does not start (expected: that it " + what + ")");
      }
      Thread.sleep(LOOK_EVERY_MILLISECONDS);
    }
  }

  private IllegalStateException failure(String what) throws IOException {
    return new IllegalStateException(name + " " + what + "; its output:\n" + output());
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
}
