package io.retort.run;

import io.retort.curation.CurateStage;
import io.retort.evaluation.EvaluateStage;
import io.retort.export.ExportStage;
import io.retort.ingest.IngestStage;
import io.retort.preference.PairStage;
import io.retort.release.ReleaseStage;
import io.retort.stage.RunStage;
import io.retort.training.CogpoStage;
import io.retort.training.SftStage;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.List;

/** The stages of a run, in order. */
public final class RunStages {
  public static final List<RunStage> ALL =
      List.of(
          new IngestStage(),
          new CurateStage(),
          new SftStage(),
          new PairStage(),
          new CogpoStage(),
          new EvaluateStage(),
          new ReleaseStage(),
          new ExportStage());

  /** Those that run with the spec's last stage; with models to evaluate, that alone. */
  public static List<RunStage> with(RunSpec spec) {
    if (spec.getModelsCount() > 0) {
      return ALL.stream().filter(stage -> stage.stage() == Stage.STAGE_EVALUATE).toList();
    }
    return ALL.stream().filter(stage -> stage.runsWith().contains(spec.getLastStage())).toList();
  }

  /** Those of a run; one that grades another anew releases and exports nothing. */
  public static List<RunStage> with(RunRequest request) {
    List<RunStage> stages = with(request.getSpec());
    return request.getRescores()
        ? stages.stream()
            .filter(stage -> stage.stage().compareTo(Stage.STAGE_EVALUATE) <= 0)
            .toList()
        : stages;
  }

  /** The same by name. */
  public static List<Stage> of(RunSpec spec) {
    return with(spec).stream().map(RunStage::stage).toList();
  }

  /** Whether the run trains a student; a run without training needs no model of its own. */
  public static boolean trains(RunSpec spec) {
    return of(spec).contains(Stage.STAGE_SFT);
  }

  /** Whether a stage trains, and so has curves and checkpoints. */
  public static boolean isTraining(Stage stage) {
    return stage == Stage.STAGE_SFT || stage == Stage.STAGE_COGPO;
  }

  private RunStages() {}
}
