package io.retort.plan;

import io.retort.evaluation.EvaluatedModels;
import io.retort.v1.CurationSummary;
import io.retort.v1.ExportSummary;
import io.retort.v1.IngestSummary;
import io.retort.v1.PairingSummary;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import java.util.List;
import java.util.Set;

/** Results of stages that do not exist yet. */
final class StageSummaries {
  /** The result is there, and nothing is known of it: later stages see inputs without digests. */
  static RunSummary unknown(Stage stage) {
    RunSummary.Builder summary = RunSummary.newBuilder();
    return switch (stage) {
      case STAGE_INGEST -> summary.setIngest(IngestSummary.getDefaultInstance()).build();
      case STAGE_CURATE -> summary.setCuration(CurationSummary.getDefaultInstance()).build();
      case STAGE_SFT -> summary.setSft(TrainingResult.getDefaultInstance()).build();
      case STAGE_PAIR -> summary.setPairing(PairingSummary.getDefaultInstance()).build();
      case STAGE_COGPO -> summary.setCogpo(TrainingResult.getDefaultInstance()).build();
      case STAGE_RELEASE -> summary.setRelease(ReleaseSummary.getDefaultInstance()).build();
      case STAGE_EXPORT -> summary.setExport(ExportSummary.getDefaultInstance()).build();
      case STAGE_EVALUATE, STAGE_UNSPECIFIED, UNRECOGNIZED -> summary.build();
    };
  }

  /** Whether the stage's result is one of the inputs. */
  static boolean makes(Stage stage, List<String> inputs) {
    Set<String> made =
        switch (stage) {
          case STAGE_INGEST -> Set.of("data set");
          case STAGE_CURATE -> Set.of("kept samples", "curation records");
          case STAGE_SFT -> Set.of(EvaluatedModels.STAGE_1 + " model");
          case STAGE_PAIR -> Set.of("preference pairs");
          case STAGE_COGPO -> Set.of(EvaluatedModels.STAGE_2 + " model");
          case STAGE_EVALUATE, STAGE_RELEASE, STAGE_EXPORT, STAGE_UNSPECIFIED, UNRECOGNIZED ->
              Set.of();
        };
    return inputs.stream().anyMatch(made::contains);
  }

  private StageSummaries() {}
}
