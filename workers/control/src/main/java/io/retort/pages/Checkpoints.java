package io.retort.pages;

import io.retort.layout.RunLayout;
import io.retort.run.RunStages;
import io.retort.store.Store;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of a run's trainings that are in the store. */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final int MOST = 100;

  private final Store store;
  private final String storeUri;

  Checkpoints(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** {@code sft/step-50}; a folder that cannot be listed is a line that says so. */
  List<String> of(Run run) {
    List<String> found = new ArrayList<>();
    for (StageProgress stage : run.getStagesList()) {
      if (RunStages.isTraining(stage.getStage())) {
        found.addAll(of(run, stage.getStage() == Stage.STAGE_SFT ? "sft" : "cogpo"));
      }
    }
    return found.stream().limit(MOST).toList();
  }

  private List<String> of(Run run, String stage) {
    String folder = new RunLayout(storeUri, run.getRunId()).checkpoints(stage);
    try {
      return store.list(folder).stream().map(name -> stage + "/" + name).toList();
    } catch (IOException e) {
      LOG.warn("checkpoints of run {} cannot be listed", run.getRunId(), e);
      return List.of(stage + ": cannot be listed (" + e.getMessage() + ")");
    }
  }
}
