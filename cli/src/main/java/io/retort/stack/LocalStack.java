package io.retort.stack;

import static java.util.Objects.requireNonNull;

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

/**
 * Starts and stops the embedded stack; its supervisor is a separate process that outlives this one.
 */
public final class LocalStack {
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LOCK_LIMIT = Duration.ofSeconds(15);
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

  /** The state of the stack if it is running. */
  public Optional<StackState> running() {
    return StackState.running(home);
  }

  /**
   * Starts the stack unless it is running, reports each ready process to {@code out}, and returns
   * when all are ready.
   *
   * @param supervise command line of the supervisor, which is detached from the terminal
   * @throws StackException if another command changes the stack, a port is in use, or a process
   *     does not become ready; nothing that this call started keeps running
   */
  StackState up(StackOptions options, List<String> supervise, PrintWriter out)
      throws IOException, InterruptedException {
    StackLock lock = lock(Duration.ZERO);
    try {
      Optional<StackState> running = running().filter(state -> state.phase() != Phase.FAILED);
      if (running.isEmpty()) {
        return start(options, supervise, out);
      }
      if (running.get().phase() == Phase.UP) {
        out.println("The stack is up already.");
        return running.get();
      }
      out.println("The stack is being started already ...");
      return awaitUp(running.get().supervisor().handle(), out);
    } finally {
      lock.close();
    }
  }

  /**
   * Stops the stack and everything that it has started, including processes that a killed
   * supervisor left behind.
   *
   * @return whether there was a stack
   * @throws StackException if another command is starting the stack and does not finish
   */
  public boolean down(PrintWriter out) throws IOException, InterruptedException {
    Optional<StackState> state = StackState.read(home);
    if (state.isPresent()) {
      out.println("Stopping the stack ...");
      out.flush();
      // Before taking the lock, which a command that waits for a start then releases.
      stopSupervisor(state.get());
    }
    StackLock lock = lock(LOCK_LIMIT);
    try {
      boolean left = removeLeftovers();
      if (state.isPresent()) {
        deleteRayFolder(state.get());
      }
      return state.isPresent() || left;
    } finally {
      lock.close();
    }
  }

  private StackLock lock(Duration limit) throws IOException, InterruptedException {
    return StackLock.take(home, StackLock.Kind.CHANGE, limit)
        .orElseThrow(
            () ->
                new StackException(
                    home
                        + ": "
                        + StackLock.holder(home, StackLock.Kind.CHANGE)
                        + " starts or stops this stack (expected: one command at a time; wait until"
                        + " it has ended, or end it, and try again)"));
  }

  private StackState start(StackOptions options, List<String> supervise, PrintWriter out)
      throws IOException, InterruptedException {
    requireNoSupervisor();
    removeLeftovers();
    StackPlan plan = new StackPlan(options);
    options.ports().requireFree(plan.ports());
    requireStore(options.storeUri());
    Files.createDirectories(home.resolve("logs"));
    if (options.endpoints().isPresent()) {
      options.endpoints().get().requireValid(options.repository());
    } else {
      Files.createDirectories(requireNonNull(plan.endpointsFile().getParent()));
      Files.writeString(plan.endpointsFile(), plan.endpoints());
    }
    return awaitUp(Optional.of(detached(supervise).toHandle()), out);
  }

  /** A supervisor whose state file is missing cannot be found by it, but it holds its lock. */
  private void requireNoSupervisor() throws IOException, InterruptedException {
    // A supervisor that has just failed needs a moment to end.
    Optional<StackLock> free =
        StackLock.take(home, StackLock.Kind.SUPERVISION, Duration.ofSeconds(5));
    if (free.isEmpty() && running().isEmpty()) {
      throw new StackException(
          home
              + ": "
              + StackLock.holder(home, StackLock.Kind.SUPERVISION)
              + " supervises a stack here that has no stack.json (expected: none; end that process,"
              + " which stops its stack, and try again)");
    }
    if (free.isPresent()) {
      free.get().close();
    }
  }

  /** Returns whether anything was removed. */
  private boolean removeLeftovers() throws IOException {
    Optional<StackState> state = StackState.read(home);
    if (state.isPresent()) {
      stopSupervisor(state.get());
      // The supervisor has ended them unless it was killed.
      List<RecordedProcess> processes = state.get().processes();
      for (int index = processes.size() - 1; index >= 0; index--) {
        processes.get(index).handle().ifPresent(handle -> ProcessTrees.stop(handle, GRACE));
      }
    }
    List<ProcessHandle> left = MarkedProcesses.of(home).find();
    ProcessTrees.kill(left);
    if (state.isPresent()) {
      StackState.delete(home);
      deleteRayFolder(state.get());
    }
    return state.isPresent() || !left.isEmpty();
  }

  private static void stopSupervisor(StackState state) {
    state.supervisor().handle().ifPresent(handle -> ProcessTrees.stop(handle, STOP_LIMIT));
  }

  /** Reported here instead of in the logs of workers that do not start. */
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

  private StackState awaitUp(Optional<ProcessHandle> supervisor, PrintWriter out)
      throws IOException, InterruptedException {
    int announced = 0;
    while (true) {
      // Before reading the state, so that its last write is seen.
      boolean ended = supervisor.isEmpty() || !supervisor.get().isAlive();
      Optional<StackState> state = StackState.read(home);
      if (state.isPresent()) {
        List<RecordedProcess> processes = state.get().processes();
        boolean up = state.get().phase() == Phase.UP;
        // A process is recorded when it starts, so all but the last are ready.
        for (; announced < processes.size() - (up ? 0 : 1); announced++) {
          out.println("  ready: " + processes.get(announced).name());
          out.flush();
        }
        if (up && !ended) {
          return state.get();
        }
        if (state.get().phase() == Phase.FAILED) {
          StackState.delete(home);
          throw new StackException(state.get().failure());
        }
      }
      if (ended) {
        removeLeftovers();
        throw new StackException(
            "the supervisor has ended; see " + home.resolve("logs/supervisor.log"));
      }
      Thread.sleep(TICK_MILLISECONDS);
    }
  }

  /** Starts a process in its own session, so that Ctrl-C in this terminal does not reach it. */
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
