package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.stack.StackState.Phase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that start and stop one stack, with small programs in place of its processes. */
@Timeout(120)
class LocalStackTest {
  private final List<ProcessHandle> seen = new ArrayList<>();
  private Path repository = Path.of("");
  private Path home = Path.of("");

  @BeforeEach
  void place(@TempDir Path folder) throws IOException {
    repository = folder.toRealPath();
    home = UpProbe.home(repository);
    UpProbe.writeRepository(repository);
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (ProcessHandle process : seen) {
      process.destroyForcibly();
      process.onExit().get(60, TimeUnit.SECONDS);
    }
    stack().down(silence());
  }

  @Test
  void aSecondUpLeavesTheProcessesOfTheFirstAlone() throws Exception {
    // A supervisor that has started a process but not written its state yet.
    Process first =
        up(
            "sh",
            "-c",
            "RETORT_STACK_PROCESS="
                + home
                + "#one sleep 600 & mkfifo started; echo $! > started; wait");
    ProcessHandle child = ProcessHandle.of(Long.parseLong(readPipe("started"))).orElseThrow();
    seen.add(child);

    assertThatThrownBy(() -> stack().up(UpProbe.options(repository), List.of("false"), silence()))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("process " + first.pid() + " starts or stops this stack")
        .hasMessageContaining("expected: one command at a time; wait until it has ended");
    assertThat(child.isAlive()).isTrue();
    assertThat(first.isAlive()).isTrue();
  }

  @Test
  void anUpWaitsForAStartThatHasLostItsCommand() throws Exception {
    Process supervisor =
        new ProcessBuilder(SupervisorProbe.command(home, "server:one", "gated:two"))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("supervisor.log").toFile())
            .start();
    seen.add(supervisor.toHandle());
    await(state -> state.processes().size() == 2);
    StringWriter printed = new StringWriter();
    CountDownLatch waits = new CountDownLatch(1);
    FutureTask<StackState> up =
        new FutureTask<>(
            () ->
                stack()
                    .up(
                        UpProbe.options(repository),
                        List.of("false"),
                        new PrintWriter(printed) {
                          @Override
                          public void println(String line) {
                            super.println(line);
                            waits.countDown();
                          }
                        }));
    new Thread(up, "up").start();
    waits.await();
    Files.writeString(home.resolve("gate"), "go\n");
    assertThat(up.get().phase()).isEqualTo(Phase.UP);
    assertThat(printed.toString())
        .contains("The stack is being started already", "ready: one", "ready: two");
  }

  @Test
  void aStackWithoutItsStateIsNotStartedOver() throws Exception {
    Process supervisor =
        new ProcessBuilder(SupervisorProbe.command(home, "server:one"))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("supervisor.log").toFile())
            .start();
    seen.add(supervisor.toHandle());
    ProcessHandle child =
        await(state -> state.phase() == Phase.UP).processes().get(0).handle().orElseThrow();
    StackState.delete(home);
    assertThatThrownBy(() -> stack().up(UpProbe.options(repository), List.of("false"), silence()))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("process " + supervisor.pid() + " supervises a stack here");
    assertThat(child.isAlive()).isTrue();
    supervisor.destroy();
    assertThat(supervisor.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void writesNoFileOfEndpointsThatAUserMayHaveWritten() throws Exception {
    Path mine = Files.writeString(home.resolve("endpoints.yaml"), "endpoints: {mine: {}}");
    assertThatThrownBy(
            () ->
                stack()
                    .up(
                        UpProbe.options(repository, "--endpoints", mine.toString()),
                        List.of("false"),
                        silence()))
        .hasMessageContaining("the supervisor has ended");
    assertThat(home.resolve("generated")).doesNotExist();
    assertThatThrownBy(() -> stack().up(UpProbe.options(repository), List.of("false"), silence()))
        .hasMessageContaining("the supervisor has ended");
    assertThat(home.resolve("generated/endpoints.yaml")).content().contains("http://judge/v1");
    assertThat(mine).hasContent("endpoints: {mine: {}}");
  }

  @Test
  void tellsTheMistakesOfAUsersEndpointsBeforeAnythingStarts() throws Exception {
    Path mine = Files.writeString(home.resolve("mine.yaml"), "endpoints: {wrong: {}}");
    assertThatThrownBy(
            () ->
                stack()
                    .up(
                        UpProbe.options(repository, "--endpoints", mine.toString()),
                        List.of("touch", "supervised"),
                        silence()))
        .isInstanceOf(StackException.class)
        .hasMessage("--endpoints: judge worker: " + mine + ": wrong (expected: right)");
    assertThat(repository.resolve("supervised")).doesNotExist();
  }

  private LocalStack stack() {
    return new LocalStack(repository, UpProbe.environment(repository));
  }

  private Process up(String... supervise) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                UpProbe.class.getName(),
                repository.toString()));
    command.addAll(List.of(supervise));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("up.log").toFile())
            .start();
    seen.add(process.toHandle());
    return process;
  }

  private StackState await(Predicate<StackState> wanted) throws Exception {
    return FolderWatch.await(home, () -> StackState.read(home).filter(wanted));
  }

  /** Waits until the program has created the pipe, and for a line from it. */
  private String readPipe(String name) throws Exception {
    Path pipe = repository.resolve(name);
    FolderWatch.await(repository, () -> Optional.of(pipe).filter(Files::exists));
    try (BufferedReader reader = Files.newBufferedReader(pipe, StandardCharsets.UTF_8)) {
      return reader.readLine();
    }
  }

  private static PrintWriter silence() {
    return new PrintWriter(Writer.nullWriter());
  }
}
