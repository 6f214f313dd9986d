package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProcessStartTest {
  private static final long HOUR = 3_600_000;
  private static final ProcessStart HERE = ProcessStart.of(ProcessHandle.current());

  @Test
  void aClockThatIsSetChangesNoProcessIntoAnother() {
    assumeTrue(Files.isDirectory(Path.of("/proc")), "a system with /proc");
    ProcessStart beforeTheStep =
        new ProcessStart(HERE.boot(), HERE.milliseconds() - 24 * HOUR, HERE.command());
    assertThat(HERE.boot()).matches("[0-9a-f-]{36}/[0-9]+");
    assertThat(beforeTheStep.isSame(HERE)).isTrue();
  }

  @Test
  void anotherStartOrAnotherBootIsAnotherProcess() {
    ProcessStart start = new ProcessStart("one/7", 5 * HOUR, "/bin/java");
    assertThat(start.isSame(new ProcessStart("one/8", 5 * HOUR, "/bin/java"))).isFalse();
    assertThat(start.isSame(new ProcessStart("two/7", 5 * HOUR, "/bin/java"))).isFalse();
  }

  @Test
  void readsTheStartBehindAnyName() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc")), "a system with /proc");
    Path odd = Files.createTempDirectory("retort").resolve("a) 1 (b");
    Files.copy(Path.of("/bin/sleep"), odd);
    assertThat(odd.toFile().setExecutable(true)).isTrue();
    Process process = new ProcessBuilder(odd.toString(), "600").start();
    try {
      ProcessStart start = ProcessStart.of(process.toHandle());
      assertThat(start.boot()).matches("[0-9a-f-]{36}/[0-9]+").isNotEqualTo(HERE.boot());
      assertThat(start.isSame(ProcessStart.of(process.toHandle()))).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(odd);
    }
  }

  @Test
  void withoutTicksTheTimeMayDifferAndTheProgramMayNot() {
    ProcessStart start = new ProcessStart("", 5 * HOUR, "/bin/java");
    long inTolerance = 5 * HOUR + ProcessStart.CLOCK_TOLERANCE.toMillis();
    assertThat(start.isSame(new ProcessStart("", inTolerance, "/bin/java"))).isTrue();
    assertThat(start.isSame(new ProcessStart("", inTolerance + 1, "/bin/java"))).isFalse();
    assertThat(start.isSame(new ProcessStart("", 5 * HOUR, "/bin/sh"))).isFalse();
    assertThat(start.isSame(ProcessStart.UNKNOWN)).isTrue();
  }
}
