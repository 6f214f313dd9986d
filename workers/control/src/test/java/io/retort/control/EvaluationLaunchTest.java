package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.spec.SpecReader;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.ModelSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that evaluate models and train none, as the control plane launches them. */
final class EvaluationLaunchTest {
  private static final String SPEC =
      "name: eval\nmodels: [{model: /models/Smol}, {name: best, model: 'registry:smol:best'}]\n"
          + "evaluation: {benchmarks: [{name: own, source: {path: /own.jsonl}}]}";

  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void isARunLikeAnyOther() throws Exception {
    Run run = create(SpecReader.read(SPEC));

    assertThat(run.getRunId()).startsWith("eval-");
    assertThat(run.getSpec().getModelsList())
        .extracting(ModelSpec::getName)
        .containsExactly("smol", "best");
    assertThat(run.getSpec().hasData()).isFalse();
    assertThat(control.awaitEnd(run.getRunId()).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(
            control
                .api
                .retrainRun(RetrainRunRequest.newBuilder().setRunId(run.getRunId()).build())
                .getRun()
                .getSpec())
        .isEqualTo(run.getSpec());
  }

  @Test
  void trainsNothingBeside() throws Exception {
    RunSpec spec = SpecReader.read(SPEC + "\ndata: {train: [{path: /a.jsonl}]}");

    assertThatThrownBy(() -> create(spec))
        .hasMessageContaining("data: set (expected: not set beside models");
  }

  private static Run create(RunSpec spec) {
    return control.api.createRun(CreateRunRequest.newBuilder().setSpec(spec).build()).getRun();
  }
}
