package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.ResourceSpec;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A training on several ranks ends and resumes as a whole. */
@Timeout(300)
@ExtendWith(SharedStack.Resolver.class)
final class GangTest {
  private static final int RANKS = 2;
  // Long enough that the training is still running when its progress reaches the watcher.
  private static final int EPOCHS = 40;

  private final SharedStack shared;

  GangTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aKilledRankEndsTheOthersAndAllResumeFromTheLastCheckpoint() throws Exception {
    RunSpec.Builder spec = shared.spec("gang", shared.write(shared.takeProblems(), "gang"));
    spec.setSft(RunSpecs.training(EPOCHS));
    spec.setResources(ResourceSpec.newBuilder().setRanks(RANKS));
    Run run = shared.runs().create(spec.build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 12);

    List<ProcessHandle> ranks = shared.stack().ranks();
    assertThat(ranks).hasSize(RANKS);
    ranks.get(0).destroyForcibly();
    // The other rank is ended too: it would keep its bundle, and wait for a lost peer.
    for (ProcessHandle rank : ranks) {
      rank.onExit().get(60, TimeUnit.SECONDS);
    }
    Run finished = shared.runs().finish(run, Stage.STAGE_SFT);

    TrainingResult sft = finished.getSummary().getSft();
    assertThat(sft.getRanks()).isEqualTo(RANKS);
    assertThat(sft.getResumedFromStep()).isGreaterThanOrEqualTo(5);
    assertThat(sft.getSteps()).isEqualTo((long) EPOCHS * SharedStack.ROWS / 4 / RANKS);
  }
}
