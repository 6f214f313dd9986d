package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.RunAction;
import io.retort.v1.UpdateRunRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that find and steer runs, as processes. */
class SteeringCommandsTest {
  private static final String RUN = FakeRunService.RUN_ID;

  private Path folder;
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    control = new FakeRunService();
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void listsByFilterAndLabels() throws Exception {
    Ended listed =
        retort(
            "runs",
            "list",
            "--filter",
            "phase = RUNNING OR team = math",
            "--label",
            "tier=a\"b",
            "--label",
            "project",
            "--order-by",
            "name");

    assertThat(listed.output()).startsWith(RUN);
    assertThat(control.listed)
        .containsExactly(
            ListRunsRequest.newBuilder()
                .setPageSize(20)
                .setFilter(
                    "(phase = RUNNING OR team = math) AND label.\"tier\" = \"a\\\"b\""
                        + " AND label.\"project\":*")
                .setOrderBy("name")
                .build());
  }

  @Test
  void watchesAllRuns() throws Exception {
    Ended watched = retort("runs", "watch");

    assertThat(watched.status()).isZero();
    assertThat(watched.output().lines().toList()).hasSize(2);
    assertThat(watched.output()).startsWith(RUN).endsWith(RUN + " left the list");
  }

  @Test
  void setsAndRemovesLabelsAndNotes() throws Exception {
    assertThat(retort("runs", "label", RUN, "tier=gold", "project-").output())
        .startsWith(RUN)
        .endsWith("tier=gold");
    assertThat(retort("runs", "note", RUN, "so far so good").status()).isZero();
    Ended wrong = retort("runs", "label", RUN, "tier");

    assertThat(control.updated)
        .containsExactly(
            UpdateRunRequest.newBuilder()
                .setRunId(RUN)
                .putLabels("tier", "gold")
                .addRemoveLabels("project")
                .build(),
            UpdateRunRequest.newBuilder().setRunId(RUN).setNote("so far so good").build());
    assertThat(wrong.status()).isNotZero();
    assertThat(wrong.output()).contains("label: \"tier\" (expected: KEY=VALUE to set it");
  }

  @Test
  void showsWhatARunCarriesAndAllows() throws Exception {
    control.run =
        control.run.toBuilder()
            .setNote("line one\nline \u001b[2Jtwo")
            .setCreatedBy("ann")
            .addAllowedActions(RunAction.RUN_ACTION_SET_BUDGET)
            .addAllowedActions(RunAction.RUN_ACTION_CANCEL)
            .build();

    assertThat(retort("runs", "show", RUN).output())
        .contains("Launched by: ann")
        .contains("Note: line one line  [2Jtwo")
        .endsWith("Now possible: set budget, cancel");
  }

  @Test
  void steersRuns() throws Exception {
    assertThat(retort("runs", "budget", RUN, "40").output())
        .isEqualTo(RUN + ": budget 40.0, spent 1.5");
    assertThat(retort("runs", "retry", RUN).output()).isEqualTo(RUN);
    assertThat(retort("runs", "delete", RUN, "--reason", "a typo").output())
        .isEqualTo(RUN + " is deleted");
  }

  @Test
  void showsTheNewestAttemptThatFits() throws Exception {
    assertThat(retort("runs", "logs", RUN, "--list").output())
        .contains("sft/2")
        .contains("still written");
    Ended newest = retort("runs", "logs", RUN, "--stage", "sft", "--follow");
    assertThat(newest.output()).as("without escapes for the terminal").isEqualTo("[2Jloss \u00e4");
    assertThat(retort("runs", "logs", RUN, "--stage", "sft", "--attempt", "1").status()).isZero();
    assertThat(retort("runs", "logs", RUN).status()).isZero();
    assertThat(retort("runs", "logs", RUN, "--rank", "0").status()).isZero();

    assertThat(control.read)
        .containsExactly(
            GetRunLogsRequest.newBuilder().setRunId(RUN).setLog("sft/2").setFollow(true).build(),
            GetRunLogsRequest.newBuilder().setRunId(RUN).setLog("sft/1").build(),
            GetRunLogsRequest.newBuilder().setRunId(RUN).build(),
            GetRunLogsRequest.newBuilder().setRunId(RUN).setLog("sft/2/rank-0").build());
    assertThat(retort("runs", "logs", RUN, "--stage", "cogpo").output())
        .contains("no such log (expected: one of those that retort runs logs " + RUN + " --list");
  }

  @Test
  void aLogGoesOnAfterALostConnection() throws Exception {
    control.losesConnections = true;

    Ended ended = retort("runs", "logs", RUN, "--stage", "sft", "--follow");

    assertThat(ended.output()).isEqualTo("[2Jloss \u00e4");
    assertThat(ended.status()).isZero();
    assertThat(control.read).extracting(GetRunLogsRequest::getOffset).containsExactly(0L, 10L);
  }

  private Ended retort(String... arguments) throws Exception {
    return new RetortProcess(folder, control.address()).run(arguments);
  }
}
