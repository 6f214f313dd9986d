package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.stack.StackProcess.Readiness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedProcessTest {
  /** Stands in for a key: some variable of this process. */
  private static final String VARIABLE = "HOME";

  @Test
  void isNotGivenWhatIsWithheld(@TempDir Path home) throws Exception {
    assumeTrue(System.getenv(VARIABLE) != null, VARIABLE + " is set");
    assertThat(output(home, "judge", Set.of())).contains("key=" + System.getenv(VARIABLE) + "\n");
    assertThat(output(home, "other", Set.of(VARIABLE))).contains("key=unset\n");
  }

  private static String output(Path home, String name, Set<String> withheld) throws Exception {
    Files.createDirectories(home.resolve("logs"));
    SupervisedProcess process =
        new SupervisedProcess(
            new StackProcess(
                name,
                List.of("sh", "-c", "echo key=${" + VARIABLE + "-unset}"),
                Map.of(),
                withheld,
                Readiness.log("key="),
                Duration.ofMinutes(1)),
            home);
    process.start(home);
    FolderWatch.await(
        home.resolve("logs"),
        () -> process.isReady() ? java.util.Optional.of(true) : java.util.Optional.empty());
    process.stop();
    return Files.readString(process.log());
  }
}
