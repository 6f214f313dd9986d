package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.curation.JudgeSettings;
import io.retort.failure.Failures;
import io.retort.judge.client.JudgeMethod;
import io.retort.rows.CacheStatuses;
import io.retort.rows.RowLog;
import io.retort.rows.RowStage;
import io.retort.rows.ShardJob;
import io.retort.rows.ShardJudge;
import io.retort.rows.ShardRecords;
import io.retort.run.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Corrupter;
import io.retort.v1.CurationRecord;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Stage 2: makes preference pairs, through the judge workers and by rules. */
public final class PairingStage implements RowStage {
  private static final String LABEL = "pair";

  private final Store store;
  private final AnswerChecker answers;

  public PairingStage(Store store, AnswerChecker answers) {
    this.store = store;
    this.answers = answers;
  }

  @Override
  public Stage stage() {
    return Stage.STAGE_PAIR;
  }

  @Override
  public List<JudgeMethod<?, ?>> methods(RunSpec spec) {
    PairingSettings settings = PairingSettings.of(spec);
    List<JudgeMethod<?, ?>> methods = new ArrayList<>();
    if (settings.corrupters().contains(Corrupter.CORRUPTER_JUDGE)) {
      methods.add(JudgeMethod.CORRUPT);
    }
    if (settings.llmValidation()) {
      methods.add(JudgeMethod.VALIDATE);
    }
    return methods;
  }

  @Override
  public String folder(RunContext run, int shard) {
    return RunLayout.of(run).pairsShard(shard);
  }

  @Override
  public ShardJob<PairingInput, PairingRecord> open(
      RowStageContext context, int shard, ShardJudge judge) throws IOException {
    RunSpec spec = context.getRun().getSpec();
    return new ShardJob<>(
        LABEL,
        new RowLog<>(
            store,
            folder(context.getRun(), shard),
            PairingRecord::newBuilder,
            PairingRecord::getKey),
        inputs(context, shard),
        new PairingWork(judge, answers, PairingSettings.of(spec)),
        record -> record.getPairsCount() > 0 ? "PAIRED" : "UNPAIRED",
        PairingRecord::getUsage,
        JudgeSettings.concurrency(spec));
  }

  @Override
  public FinishStageResponse finish(FinishStageRequest request, Consumer<ShardProgress> heartbeat)
      throws IOException {
    RowStageContext context = request.getContext();
    Manifest kept = Manifests.read(store, context.getInput());
    RunLayout layout = RunLayout.of(context.getRun());
    RunSpec spec = context.getRun().getSpec();
    int maxPairs = PairingSettings.of(spec).maxPairs();
    PairTotals totals =
        spec.getPreference().getBalanceGaps()
            ? PairTotals.balanced(maxPairs, unbalanced(layout, kept, maxPairs))
            : new PairTotals(maxPairs);
    List<ArtifactRef> parts = new ArrayList<>();
    for (int shard = 0; shard < kept.getPartsCount(); shard++) {
      List<PairingRecord> records =
          ShardRecords.read(store, layout.pairsShard(shard), PairingRecord::newBuilder);
      if (records.size() != kept.getParts(shard).getRows()) {
        throw Failures.platform(
            "OUTCOMES_DO_NOT_ADD_UP",
            "pairing: shard "
                + shard
                + " has "
                + records.size()
                + " records (expected: "
                + kept.getParts(shard).getRows()
                + ")",
            null);
      }
      parts.add(Manifests.writePart(store, layout.pairs(), shard, totals.add(records)));
      heartbeat.accept(
          ShardProgress.newBuilder().setDone(shard + 1L).setTotal(kept.getPartsCount()).build());
    }
    totals.requirePairs(kept.getRows());
    ArtifactRef pairs =
        Manifests.commit(store, layout.pairs(), Manifest.newBuilder().addAllParts(parts).build());
    PairingSummary summary = totals.summary();
    return FinishStageResponse.newBuilder()
        .setPairing(
            summary.toBuilder()
                .setPairs(pairs)
                .setRows(kept.getRows())
                .setCache(CacheStatuses.of(request, summary.getUsage())))
        .build();
  }

  /** The first of two passes: what there is before gaps are balanced. */
  private PairTotals unbalanced(RunLayout layout, Manifest kept, int maxPairs) throws IOException {
    PairTotals totals = new PairTotals(maxPairs);
    for (int shard = 0; shard < kept.getPartsCount(); shard++) {
      totals.add(ShardRecords.read(store, layout.pairsShard(shard), PairingRecord::newBuilder));
    }
    return totals;
  }

  /** Folder of the shard's curation records: those of the run that made them. */
  private String curated(RowStageContext context, int shard) throws IOException {
    if (!context.hasRecords()) {
      return RunLayout.of(context.getRun()).curationShard(shard);
    }
    List<ArtifactRef> shards = ShardRecords.shards(store, context.getRecords());
    if (shard >= shards.size()) {
      throw Failures.platform(
          "SHARD_UNKNOWN",
          context.getRecords().getUri()
              + ": shard "
              + shard
              + " (expected: 0 to "
              + (shards.size() - 1)
              + ")",
          null);
    }
    return Manifests.folder(shards.get(shard));
  }

  /** Kept samples of the shard with their curation records. */
  private List<PairingInput> inputs(RowStageContext context, int shard) throws IOException {
    Manifest kept = Manifests.read(store, context.getInput());
    ArtifactRef part = ShardRecords.part(kept, shard, context.getInput().getUri());
    Map<String, CurationRecord> records = new HashMap<>();
    for (CurationRecord record :
        ShardRecords.<CurationRecord>read(
            store, curated(context, shard), CurationRecord::newBuilder)) {
      records.put(record.getSample().getId(), record);
    }
    List<PairingInput> inputs = new ArrayList<>();
    for (Sample sample :
        Manifests.<Sample>readPart(store, context.getInput(), part, Sample::newBuilder)) {
      CurationRecord record = records.get(sample.getId());
      if (record == null) {
        throw Failures.platform(
            "RECORD_MISSING",
            "pairing: kept sample " + sample.getId() + " has no curation record (expected: one)",
            null);
      }
      inputs.add(new PairingInput(sample, record));
    }
    return inputs;
  }
}
