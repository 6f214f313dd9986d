package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import org.junit.jupiter.api.Test;

class ProgressViewTest {
  @Test
  void hasALineForEachStageFromTheStart() {
    assertThat(ProgressView.lines(Run.newBuilder().setRunId("a").build(), true)).hasSize(9);
    Run pairs =
        Run.newBuilder()
            .setSpec(RunSpec.newBuilder().setLastStage(LastStage.LAST_STAGE_PAIR))
            .build();
    assertThat(ProgressView.lines(pairs, true)).hasSize(5).last().asString().contains("export ");
  }

  @Test
  void showsWhatARunWarnsOf() {
    Run run = Run.newBuilder().setRunId("demo").addWarnings("too long").build();

    assertThat(ProgressView.lines(run, true)).contains("  warning: too long");
  }

  @Test
  void showsHowFarAStageIs() {
    StageProgress.Builder progress =
        StageProgress.newBuilder()
            .setPhase(RunPhase.RUN_PHASE_RUNNING)
            .setDone(6)
            .setTotal(24)
            .setUnit("steps")
            .setEtaSeconds(90)
            .setDetail("loss 0.4200, 1,234 tokens/s");
    assertThat(ProgressView.line(Stage.STAGE_SFT, progress.build(), true))
        .contains("[######..................] 6/24 steps  ETA ")
        .endsWith("loss 0.4200, 1,234 tokens/s");
    assertThat(ProgressView.line(Stage.STAGE_SFT, progress.build(), false)).doesNotContain("ETA");
    progress.setTotal(0).setEtaSeconds(-1);
    assertThat(ProgressView.line(Stage.STAGE_SFT, progress.build(), true))
        .contains("[........................] 6 steps")
        .doesNotContain("ETA");
  }

  @Test
  void showsHowAStageHasEnded() {
    StageProgress.Builder progress =
        StageProgress.newBuilder()
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setStartedAt(Timestamps.fromSeconds(100))
            .setFinishedAt(Timestamps.fromSeconds(161))
            .setDone(24)
            .setTotal(24)
            .setUnit("rows");
    assertThat(ProgressView.line(Stage.STAGE_CURATE, progress.build(), true))
        .contains("[########################] 24/24 rows in ");
    progress.setPhase(RunPhase.RUN_PHASE_FAILED).setDone(30);
    assertThat(ProgressView.line(Stage.STAGE_CURATE, progress.build(), true)).contains("failed");
  }
}
