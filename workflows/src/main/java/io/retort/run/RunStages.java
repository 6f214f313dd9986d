package io.retort.run;

import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.List;

/** Which stages a run has, by its spec's last stage. */
public final class RunStages {
  private static final List<Stage> CURATE = List.of(Stage.STAGE_INGEST, Stage.STAGE_CURATE);
  private static final List<Stage> PAIR =
      List.of(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_PAIR);
  private static final List<Stage> ALL =
      List.of(
          Stage.STAGE_INGEST,
          Stage.STAGE_CURATE,
          Stage.STAGE_SFT,
          Stage.STAGE_PAIR,
          Stage.STAGE_COGPO,
          Stage.STAGE_EVALUATE,
          Stage.STAGE_RELEASE);

  /** In their order; at least two. */
  public static List<Stage> of(RunSpec spec) {
    return switch (spec.getLastStage()) {
      case LAST_STAGE_CURATE -> CURATE;
      case LAST_STAGE_PAIR -> PAIR;
      case LAST_STAGE_RELEASE, LAST_STAGE_UNSPECIFIED, UNRECOGNIZED -> ALL;
    };
  }

  /** Whether a student is trained; without training a run needs no model of its own. */
  public static boolean trains(RunSpec spec) {
    return of(spec).contains(Stage.STAGE_SFT);
  }

  private RunStages() {}
}
