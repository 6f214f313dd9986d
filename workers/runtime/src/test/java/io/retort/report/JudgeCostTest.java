package io.retort.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import org.junit.jupiter.api.Test;

final class JudgeCostTest {
  @Test
  void aReusedStageCostsNothing() {
    Run.Builder run = Run.newBuilder();
    run.getSummaryBuilder().getCurationBuilder().getUsageBuilder().setCost(8);
    run.getSummaryBuilder().getPairingBuilder().getUsageBuilder().setCost(2);

    assertThat(JudgeCost.ofEndedStages(run.build())).isEqualTo(10);
    run.addStages(
        StageProgress.newBuilder()
            .setStage(Stage.STAGE_CURATE)
            .setReuse(StageReuse.STAGE_REUSE_HIT));
    assertThat(JudgeCost.ofEndedStages(run.build())).isEqualTo(2);
  }
}
