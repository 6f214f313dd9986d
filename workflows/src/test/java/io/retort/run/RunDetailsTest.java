package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Failure;
import io.retort.v1.Pause;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RunDetailsTest {
  private static final Run.Builder PAUSED =
      Run.newBuilder()
          .setRunId("demo-1")
          .setPhase(RunPhase.RUN_PHASE_PAUSED)
          .addStages(
              StageProgress.newBuilder()
                  .setStage(Stage.STAGE_SFT)
                  .setPhase(RunPhase.RUN_PHASE_PAUSED)
                  .setDone(3)
                  .setTotal(12)
                  .setUnit("steps")
                  .setDetail("loss 0.42 | 1,234\ntokens/s"));

  @Test
  void saysWhyARunIsPausedAndHowItContinues() {
    Run.Builder run = PAUSED.clone().setPause(Pause.newBuilder().setMessage("no GPU | <b>now</b>"));
    run.addWarnings("rows are too long").getSummaryBuilder().setReportUri("file:///r/index.html");

    assertThat(RunDetails.of(run))
        .startsWith("**PAUSED**: no GPU / \\<b\\>now\\</b\\>\n\n")
        .contains("`retort runs resume demo-1`")
        .contains("| sft | PAUSED | 3 / 12 steps | loss 0.42 / 1,234 tokens/s |\n")
        .contains("\n* warning: rows are too long")
        .endsWith("\n* report: `file:///r/index.html`");
  }

  @Test
  void staysBelowTheServersLimitWhateverAFailureSays() {
    String text = "日本語 ".repeat(50_000);
    Run.Builder run = PAUSED.clone().setFailure(Failure.newBuilder().setType("X").setMessage(text));
    for (int index = 0; index < 100; index++) {
      run.addWarnings(text).addStages(PAUSED.getStages(0).toBuilder().setDetail(text));
    }

    assertThat(RunDetails.of(run).getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(20_000);
    assertThat(RunDetails.of(run)).contains("**PAUSED**: X, 日本語");
    assertThat(UiText.summary(text).getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(200);
    assertThat(UiText.summary(text)).endsWith("...");
    assertThat(UiText.summary("short")).isEqualTo("short");
  }
}
