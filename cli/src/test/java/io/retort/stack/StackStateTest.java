package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackStateTest {
  private static final RecordedProcess THIS =
      RecordedProcess.of("supervisor", ProcessHandle.current(), 1);

  @Test
  void isReadAsItWasWritten(@TempDir Path home) throws IOException {
    StackState state = state(THIS);
    state.write(home);
    assertThat(StackState.read(home)).contains(state);
    assertThat(StackState.running(home)).contains(state);
    StackState.delete(home);
    assertThat(StackState.read(home)).isEmpty();
  }

  @Test
  void doesNotTakeALaterProcessOfTheSameIdForItsOwn(@TempDir Path home) throws IOException {
    ProcessStart other = new ProcessStart("boot/1", THIS.start().milliseconds(), "");
    StackState stale = state(new RecordedProcess("supervisor", THIS.pid(), other, 1));
    stale.write(home);
    assertThat(StackState.read(home)).contains(stale);
    assertThat(StackState.running(home)).isEmpty();
  }

  @Test
  void isNotRunningWithoutItsSupervisor(@TempDir Path home) throws Exception {
    Process ended = new ProcessBuilder("true").start();
    RecordedProcess recorded = RecordedProcess.of("supervisor", ended.toHandle(), 1);
    ended.waitFor();
    state(recorded).write(home);
    assertThat(StackState.running(home)).isEmpty();
  }

  @Test
  void tellsAFileThatIsNone(@TempDir Path home) throws IOException {
    Files.writeString(home.resolve("stack.json"), "{\"phase\": \"UP\"");
    assertThatThrownBy(() -> StackState.read(home))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("stack.json: cannot be read");
  }

  private static StackState state(RecordedProcess supervisor) {
    return new StackState(
        Phase.UP,
        "",
        supervisor,
        List.of(THIS),
        "127.0.0.1:1",
        "127.0.0.1:2",
        "",
        List.of("http://127.0.0.1:3/metrics"),
        "file:///store",
        "");
  }
}
