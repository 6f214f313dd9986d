package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own. */
class ReportCommandTest {
  private Path folder = Path.of("");
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path place) throws IOException {
    folder = place;
    control = new FakeRunService();
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void tellsWhereAReportIsAndCopiesIt() throws Exception {
    assertThat(report(FakeRunService.RUN_ID).output())
        .isEqualTo(
            "error: run "
                + FakeRunService.RUN_ID
                + ": no report (expected: a run that has ended with one)");
    Path stored = Files.writeString(folder.resolve("index.html"), "<p>report</p>");
    control.run =
        control.run.toBuilder()
            .setSummary(control.run.getSummary().toBuilder().setReportUri("file://" + stored))
            .build();

    assertThat(report(FakeRunService.RUN_ID).output()).isEqualTo("file://" + stored);
    Path copy = folder.resolve("copies/report.html");
    assertThat(report(FakeRunService.RUN_ID, "--output", copy.toString()).output())
        .isEqualTo(copy.toString());
    assertThat(copy).hasContent("<p>report</p>");
  }

  @Test
  void writesOneReportOfSeveralRuns() throws Exception {
    Path file = folder.resolve("both.html");

    Ended compared = report("run-a", "run-b", "--compare", "--output", file.toString());

    assertThat(compared.output())
        .isEqualTo(file + " (in the store: file:///store/comparisons/1/index.html)");
    assertThat(file).hasContent("<p>run-a, run-b</p>");
    Ended alone = report("run-a", "--compare");
    assertThat(alone.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(alone.output()).contains("--compare: 1 run (expected: two to eight runs)");
  }

  private Ended report(String... arguments) throws Exception {
    String[] command =
        Stream.concat(Stream.of("report"), Arrays.stream(arguments)).toArray(String[]::new);
    return new RetortProcess(folder, control.address()).run(command);
  }
}
