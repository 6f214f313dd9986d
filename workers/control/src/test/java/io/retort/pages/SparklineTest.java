package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.LossPreview;
import io.retort.v1.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SparklineTest {
  @Test
  void theLineFillsTheDrawingFromTheHighestLossToTheLowest() {
    assertThat(line(2f, 1.5f, 0.5f))
        .isEqualTo(new Sparkline("1.5,1.5 30.0,5.8 58.5,14.5", "sft loss from 2.0000 to 0.5000"));
  }

  @Test
  void aLossThatStaysIsALineInTheMiddle() {
    assertThat(line(1f, 1f).points()).isEqualTo("1.5,8.0 58.5,8.0");
  }

  @Test
  void aRunWithoutATrainingHasNone() {
    assertThat(Sparkline.of(LossPreview.getDefaultInstance()).isEmpty()).isTrue();
  }

  private static Sparkline line(Float... losses) {
    return Sparkline.of(
        LossPreview.newBuilder().setStage(Stage.STAGE_SFT).addAllLoss(List.of(losses)).build());
  }
}
