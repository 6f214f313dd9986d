package io.retort.release;

import io.retort.evaluation.EvaluatedModels;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ExportResult;
import io.retort.v1.PublishRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.StageProgress;
import io.retort.v1.StageProvenance;
import io.retort.v1.StageRecord;
import io.retort.v1.StageReuse;
import java.io.IOException;
import java.util.Optional;

/** Where a published model comes from. */
final class Provenance {
  private static final int SCHEMA_VERSION = 1;

  static ReleaseProvenance of(Store store, PublishRequest request) throws IOException {
    Run run = request.getRun();
    RunSummary summary = run.getSummary();
    ExportResult export = request.getExport();
    boolean stage1 = released(request).equals(EvaluatedModels.STAGE_1);
    ReleaseProvenance.Builder provenance =
        ReleaseProvenance.newBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .setRunId(run.getRunId())
            .setOriginRunId(run.getOriginRunId())
            .setModel(run.getSpec().getRelease().getModel())
            .setVersion(request.getVersion())
            .setSpec(run.getSpec())
            .setDataset(summary.getIngest().getDataset())
            .setCurated(summary.getCuration().getKept())
            .setPairs(summary.getPairing().getPairs())
            .setSftCheckpointUri(summary.getSft().getModelUri())
            .setCogpoCheckpointUri(summary.getCogpo().getModelUri())
            .addAllScores(summary.getScoresList())
            .addAllComparisons(summary.getComparisonsList())
            .setParameters(export.getParameters())
            .putAllFiles(export.getFilesMap())
            .setReleased(released(request))
            .setModelSha256((stage1 ? summary.getSft() : summary.getCogpo()).getModelSha256())
            .setCodeVersion(CodeVersion.get())
            .putAllLibraries(export.getLibrariesMap())
            .setHardware(export.getHardware())
            .setDtype(export.getDtype())
            .setDtypeShift(export.getDtypeShift());
    if (request.hasStudent()) {
      provenance.setStudent(request.getStudent());
      if (run.getSpec().getStudent().getModel().startsWith("hf://")) {
        String folder = request.getStudent().getUri();
        provenance.setStudentCommit(folder.substring(folder.lastIndexOf('/') + 1));
      }
    }
    for (StageProgress stage : run.getStagesList()) {
      if (!stage.getFingerprint().isEmpty() && stage.hasFinishedAt()) {
        provenance.addStages(stage(store, request, stage));
      }
    }
    return provenance.build();
  }

  /** The model of the run that is published. */
  static String released(PublishRequest request) {
    return request.getReleased().isEmpty() ? EvaluatedModels.STAGE_2 : request.getReleased();
  }

  /** Without version and inputs where the stage's record is gone. */
  private static StageProvenance stage(Store store, PublishRequest request, StageProgress stage)
      throws IOException {
    Optional<StageRecord> found =
        StoredMessages.read(
            store,
            RunLayout.stage(request.getStoreUri(), stage.getFingerprint()),
            StageRecord.getDefaultInstance());
    StageRecord record = found.orElse(StageRecord.getDefaultInstance());
    boolean reused = stage.getReuse() == StageReuse.STAGE_REUSE_HIT;
    return StageProvenance.newBuilder()
        .setStage(stage.getStage())
        .setFingerprint(stage.getFingerprint())
        .setVersion(record.getVersion())
        .setMadeByRunId(reused ? stage.getMadeByRunId() : request.getRun().getRunId())
        .setStartedAt(stage.getStartedAt())
        .setFinishedAt(stage.getFinishedAt())
        .putAllInputs(record.getInputsMap())
        .build();
  }

  private Provenance() {}
}
