package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor as a process of its own, over small shell programs. */
class SupervisorTest {
  private static final long LIMIT_SECONDS = 60;

  private final List<ProcessHandle> seen = new ArrayList<>();
  private Path home = Path.of("");

  @BeforeEach
  void place(@TempDir Path folder) {
    home = folder;
  }

  @AfterEach
  void leaveNothing() {
    seen.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void startsInOrderAndStopsInReverse() throws Exception {
    Process supervisor = start("server:one", "server:two", "server:three");
    StackState up = await(state -> state.phase() == Phase.UP);
    assertThat(up.processes())
        .extracting(RecordedProcess::name)
        .containsExactly("one", "two", "three");
    List<ProcessHandle> trees = remember(up);
    assertThat(trees).hasSizeGreaterThanOrEqualTo(6).allMatch(ProcessHandle::isAlive);
    supervisor.destroy();
    awaitExit(supervisor.toHandle());
    assertThat(journal())
        .containsExactly(
            "start-one", "start-two", "start-three", "stop-three", "stop-two", "stop-one");
    assertThat(trees).noneMatch(ProcessHandle::isAlive);
    assertThat(StackState.read(home)).isEmpty();
    assertThat(LogTail.last(home.resolve("logs/one.log"), 1)).containsExactly("serving");
  }

  @Test
  void restartsWhatCrashes() throws Exception {
    Process supervisor = start("server:one", "server:two");
    StackState up = await(state -> state.phase() == Phase.UP);
    remember(up);
    ProcessHandle crashed = up.processes().get(0).handle().orElseThrow();
    List<ProcessHandle> children = crashed.descendants().toList();
    crashed.destroyForcibly();
    StackState again =
        await(state -> state.phase() == Phase.UP && state.processes().get(0).starts() == 2);
    remember(again);
    assertThat(again.processes().get(0).pid()).isNotEqualTo(crashed.pid());
    assertThat(again.processes().get(1)).isEqualTo(up.processes().get(1));
    for (ProcessHandle child : children) {
      awaitExit(child);
    }
    supervisor.destroy();
    awaitExit(supervisor.toHandle());
  }

  @Test
  void takesEverythingDownWhenOneCannotStart() throws Exception {
    Process supervisor = start("server:one", "broken:two", "server:three");
    StackState failed = await(state -> state.phase() == Phase.FAILED);
    remember(failed);
    awaitExit(supervisor.toHandle());
    assertThat(failed.failure())
        .startsWith("two ended before it was ready; the end of ")
        .contains("the disk is full");
    assertThat(journal()).containsExactly("start-one", "stop-one");
    assertThat(seen).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void downEndsWhatAKilledSupervisorLeft() throws Exception {
    Process supervisor = start("server:one", "server:two");
    List<ProcessHandle> trees = remember(await(state -> state.phase() == Phase.UP));
    supervisor.destroyForcibly();
    awaitExit(supervisor.toHandle());
    assertThat(trees).allMatch(ProcessHandle::isAlive);
    LocalStack stack = new LocalStack(home, Map.of("RETORT_HOME", home.toString()));
    assertThat(stack.running()).isEmpty();
    assertThat(stack.down(silence())).isTrue();
    assertThat(trees).noneMatch(ProcessHandle::isAlive);
    assertThat(stack.down(silence())).isFalse();
  }

  @Test
  void downFindsWhatHasLostItsParents() throws Exception {
    Process supervisor = start("server:one");
    StackState up = await(state -> state.phase() == Phase.UP);
    List<ProcessHandle> trees = remember(up);
    ProcessHandle server = up.processes().get(0).handle().orElseThrow();
    supervisor.destroyForcibly();
    awaitExit(supervisor.toHandle());
    server.destroyForcibly();
    awaitExit(server);
    assertThat(trees).anyMatch(ProcessHandle::isAlive);
    StackState.delete(home);
    assertThat(new LocalStack(home, Map.of("RETORT_HOME", home.toString())).down(silence()))
        .isTrue();
    assertThat(trees).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void downStopsARunningStack() throws Exception {
    Process supervisor = start("server:one");
    List<ProcessHandle> trees = remember(await(state -> state.phase() == Phase.UP));
    assertThat(new LocalStack(home, Map.of("RETORT_HOME", home.toString())).down(silence()))
        .isTrue();
    assertThat(supervisor.isAlive()).isFalse();
    assertThat(trees).noneMatch(ProcessHandle::isAlive);
    assertThat(journal()).containsExactly("start-one", "stop-one");
  }

  private Process start(String... processes) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SupervisorProbe.class.getName(),
                home.toString()));
    command.addAll(List.of(processes));
    Process supervisor =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("supervisor.log").toFile())
            .start();
    seen.add(supervisor.toHandle());
    return supervisor;
  }

  /** Waits for the state file to change until it is as wanted. */
  private StackState await(Predicate<StackState> wanted) throws Exception {
    CompletableFuture<ProcessHandle> ended = seen.get(0).onExit();
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    try (WatchService changes = home.getFileSystem().newWatchService()) {
      home.register(
          changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      while (true) {
        Optional<StackState> state = StackState.read(home).filter(wanted);
        if (state.isPresent()) {
          return state.get();
        }
        assertThat(ended.isDone() || System.nanoTime() > limit)
            .as("the supervisor waits; %s", Files.readString(home.resolve("supervisor.log")))
            .isFalse();
        WatchKey key = changes.poll(1, TimeUnit.SECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
      }
    }
  }

  private List<ProcessHandle> remember(StackState state) {
    List<ProcessHandle> trees = new ArrayList<>();
    for (RecordedProcess process : state.processes()) {
      process
          .handle()
          .ifPresent(
              handle -> {
                trees.add(handle);
                handle.descendants().forEach(trees::add);
              });
    }
    seen.addAll(trees);
    return trees;
  }

  private List<String> journal() throws IOException {
    return Files.readAllLines(home.resolve("journal"));
  }

  private static void awaitExit(ProcessHandle handle) throws Exception {
    handle.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static PrintWriter silence() {
    return new PrintWriter(Writer.nullWriter());
  }
}
