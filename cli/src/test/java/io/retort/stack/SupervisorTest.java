package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The supervisor as a separate process, over small shell programs. */
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
  void takesEverythingDownWhenAProgramIsMissing() throws Exception {
    Process supervisor = start("server:one", "missing:two");
    StackState failed = await(state -> state.phase() == Phase.FAILED);
    awaitExit(supervisor.toHandle());
    assertThat(failed.failure()).contains("/no/such/program");
    assertThat(journal()).containsExactly("start-one", "stop-one");
  }

  @Test
  void goesOnWhileItsStateCannotBeWritten() throws Exception {
    Process supervisor = start("server:one", "server:two");
    StackState up = await(state -> state.phase() == Phase.UP);
    remember(up);
    Path inTheWay = Files.createDirectory(home.resolve("stack.json.writing"));
    up.processes().get(0).handle().orElseThrow().destroyForcibly();
    FolderWatch.await(
        home,
        () ->
            journal().stream().filter(line -> line.equals("start-one")).count() == 2
                ? Optional.of(true)
                : Optional.empty());
    assertThat(supervisor.isAlive()).isTrue();
    Files.delete(inTheWay);
    List<ProcessHandle> trees = remember(await(state -> state.processes().get(0).starts() == 2));
    supervisor.destroy();
    awaitExit(supervisor.toHandle());
    assertThat(trees).hasSizeGreaterThanOrEqualTo(4).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void restartsWhatCouldNotBeRestartedAtFirst() throws Exception {
    Process supervisor = start("server:one");
    StackState up = await(state -> state.phase() == Phase.UP);
    remember(up);
    Path log = home.resolve("logs/one.log");
    Files.move(log, home.resolve("logs/earlier.log"));
    Files.createDirectory(log);
    up.processes().get(0).handle().orElseThrow().destroyForcibly();
    FolderWatch.await(
        home,
        () ->
            Files.readString(home.resolve("supervisor.log"))
                    .contains("one could not be started again")
                ? Optional.of(true)
                : Optional.empty());
    Files.delete(log);
    remember(await(state -> state.processes().get(0).starts() == 2));
    supervisor.destroy();
    awaitExit(supervisor.toHandle());
    assertThat(seen).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void leavesTheStackToTheSupervisorThatWasFirst() throws Exception {
    Process first = start("server:one");
    StackState up = await(state -> state.phase() == Phase.UP);
    List<ProcessHandle> trees = remember(up);
    Process second = start("server:one");
    awaitExit(second.toHandle());
    assertThat(second.exitValue()).isNotZero();
    assertThat(Files.readString(home.resolve("supervisor.log")))
        .contains("process " + first.pid() + " supervises this stack");
    assertThat(trees).allMatch(ProcessHandle::isAlive);
    assertThat(StackState.read(home)).contains(up);
    first.destroy();
    awaitExit(first.toHandle());
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
    Process supervisor =
        new ProcessBuilder(SupervisorProbe.command(home, processes))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(home.resolve("supervisor.log").toFile()))
            .start();
    seen.add(supervisor.toHandle());
    return supervisor;
  }

  /** Waits for the state file to change until the condition holds. */
  private StackState await(Predicate<StackState> wanted) throws Exception {
    return FolderWatch.await(home, () -> StackState.read(home).filter(wanted));
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
