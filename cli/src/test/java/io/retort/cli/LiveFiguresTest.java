package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveFiguresTest {
  private final LiveFigures figures = new LiveFigures(StandardCharsets.UTF_8);

  @Test
  void drawsTheLossesThatWereSeenOncePerStep() {
    List<String> unused = figures.lines(training(Stage.STAGE_SFT, 1, 4.0));
    unused = figures.lines(training(Stage.STAGE_SFT, 2, 2.0));
    unused = figures.lines(training(Stage.STAGE_SFT, 2, 2.0));

    assertThat(figures.lines(training(Stage.STAGE_SFT, 3, 0.5)))
        .containsExactly("  loss      █▄▁  0.5000   1,234 tokens/s");
    assertThat(figures.lines(training(Stage.STAGE_COGPO, 1, 0.7)))
        .containsExactly("  loss      ▁  0.7000   1,234 tokens/s");
  }

  @Test
  void staysWithinItsWidthHoweverLongATrainingIs() {
    List<String> lines = List.of();
    for (int step = 1; step <= 10_000; step++) {
      lines = figures.lines(training(Stage.STAGE_SFT, step, 10_000 - step));
    }

    assertThat(lines).singleElement().asString().hasSizeLessThan(80).contains("█", "▁");
  }

  @Test
  void showsCostAgainstTheBudgetAndLettersWithoutBlocks() {
    Run.Builder run = training(Stage.STAGE_SFT, 1, 4.0).toBuilder();
    run.getSpecBuilder().getJudgeBuilder().setBudget(20);
    run.getSummaryBuilder().getCurationBuilder().getUsageBuilder().setCost(1.5);
    run.getSummaryBuilder().getPairingBuilder().getUsageBuilder().setCost(0.25);

    assertThat(new LiveFigures(StandardCharsets.US_ASCII).lines(run.build()))
        .containsExactly(
            "  loss      _  4.0000   1,234 tokens/s",
            "  cost      1.7500 of 20.0000, of the stages that have ended");
    assertThat(figures.lines(Run.getDefaultInstance())).isEmpty();
  }

  @Test
  void showsTheBudgetThatWasSetWhileTheRunRan() {
    Run.Builder run = Run.newBuilder().setBudget(50);
    run.getSpecBuilder().getJudgeBuilder().setBudget(20);
    run.getSummaryBuilder().getCurationBuilder().getUsageBuilder().setCost(1.5);

    assertThat(figures.lines(run.build()))
        .containsExactly("  cost      1.5000 of 50.0000, of the stages that have ended");
  }

  private static Run training(Stage stage, long step, double loss) {
    return Run.newBuilder()
        .addStages(
            StageProgress.newBuilder()
                .setStage(stage)
                .setDone(step)
                .setLoss(loss)
                .setTokensPerSecond(1234))
        .build();
  }
}
