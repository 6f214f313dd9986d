package io.retort.stack;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Brings the embedded stack up and down; its supervisor is a process of its own that outlives this
 * one.
 */
public final class LocalStack {
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long TICK_MILLISECONDS = 200;

  private final Path repository;
  private final Path home;

  public LocalStack(Path repository, Map<String, String> environment) {
    this.repository = repository;
    home = StackOptions.home(repository, environment);
  }

  public Path home() {
    return home;
  }

  /** The state of the stack, if it runs. */
  public Optional<StackState> running() {
    return StackState.running(home);
  }

  /**
   * Starts the stack unless it runs, telling {@code out} each process that is ready, and returns
   * when all are.
   *
   * @param supervise command line of the supervisor, which is detached from the terminal
   * @throws StackException when a port is taken or a process does not get ready; nothing is left
   *     running then
   */
  StackState up(StackOptions options, List<String> supervise, PrintWriter out)
      throws IOException, InterruptedException {
    Optional<StackState> running = running();
    if (running.isPresent()) {
      out.println("The stack is up already.");
      return running.get();
    }
    down(new PrintWriter(java.io.Writer.nullWriter()));
    StackPlan plan = new StackPlan(options);
    options.ports().requireFree(plan.ports());
    requireStore(options.storeUri());
    Files.createDirectories(home.resolve("logs"));
    Files.writeString(plan.endpointsFile(), plan.endpoints());
    Process supervisor = detached(supervise);
    return awaitUp(supervisor, out);
  }

  /**
   * Stops the stack and everything that it has started, also what a killed supervisor left behind.
   *
   * @return whether there was one
   */
  public boolean down(PrintWriter out) throws IOException {
    Optional<StackState> state = StackState.read(home);
    if (state.isEmpty()) {
      List<ProcessHandle> left = MarkedProcesses.of(home).find();
      ProcessTrees.kill(left);
      return !left.isEmpty();
    }
    out.println("Stopping the stack ...");
    out.flush();
    state.get().supervisor().handle().ifPresent(handle -> ProcessTrees.stop(handle, STOP_LIMIT));
    // The supervisor has ended them, unless it was killed.
    List<RecordedProcess> processes = new ArrayList<>(state.get().processes());
    for (int index = processes.size() - 1; index >= 0; index--) {
      processes.get(index).handle().ifPresent(handle -> ProcessTrees.stop(handle, GRACE));
    }
    ProcessTrees.kill(MarkedProcesses.of(home).find());
    StackState.delete(home);
    deleteRayFolder(state.get());
    return true;
  }

  /** Told here, and not by the logs of workers that do not start. */
  private static void requireStore(String storeUri) throws IOException {
    Optional<Path> folder = Locations.path(storeUri);
    if (folder.isPresent()) {
      Files.createDirectories(folder.get());
      return;
    }
    try {
      Store.open(storeUri).list(storeUri);
    } catch (IOException | ConfigurationException e) {
      throw new StackException("the store cannot be used: " + e.getMessage(), e);
    }
  }

  private StackState awaitUp(Process supervisor, PrintWriter out)
      throws IOException, InterruptedException {
    int told = 0;
    while (true) {
      Optional<StackState> state = StackState.read(home);
      if (state.isPresent()) {
        List<RecordedProcess> processes = state.get().processes();
        boolean up = state.get().phase() == Phase.UP;
        // A process is recorded when it starts, so the one before the last is ready.
        for (; told < processes.size() - (up ? 0 : 1); told++) {
          out.println("  ready: " + processes.get(told).name());
          out.flush();
        }
        if (up) {
          return state.get();
        }
        if (state.get().phase() == Phase.FAILED) {
          StackState.delete(home);
          throw new StackException(state.get().failure());
        }
      }
      if (supervisor.waitFor(TICK_MILLISECONDS, TimeUnit.MILLISECONDS)
          && StackState.read(home).map(StackState::phase).orElse(Phase.STARTING) != Phase.FAILED) {
        throw new StackException(
            "the supervisor ended with status "
                + supervisor.exitValue()
                + "; see "
                + home.resolve("logs/supervisor.log"));
      }
    }
  }

  /**
   * Starts a process in a session of its own, so that Ctrl-C in this terminal does not reach it.
   */
  private Process detached(List<String> command) throws IOException {
    List<String> complete = new ArrayList<>();
    complete.add(repository.resolve("gpu-workers/trainer/.venv/bin/python").toString());
    complete.addAll(
        List.of("-c", "import os, sys; os.setsid(); os.execvp(sys.argv[1], sys.argv[1:])"));
    complete.addAll(command);
    return new ProcessBuilder(complete)
        .directory(repository.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(home.resolve("logs/supervisor.log").toFile()))
        .start();
  }

  private static void deleteRayFolder(StackState state) throws IOException {
    if (state.rayFolder().isEmpty() || !Files.isDirectory(Path.of(state.rayFolder()))) {
      return;
    }
    try (java.util.stream.Stream<Path> tree = Files.walk(Path.of(state.rayFolder()))) {
      for (Path entry : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
