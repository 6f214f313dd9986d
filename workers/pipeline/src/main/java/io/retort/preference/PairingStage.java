package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.failure.Failures;
import io.retort.judge.client.JudgeMethod;
import io.retort.layout.RunLayout;
import io.retort.rows.CacheStatuses;
import io.retort.rows.Heartbeats;
import io.retort.rows.JudgeSettings;
import io.retort.rows.RowLog;
import io.retort.rows.RowStage;
import io.retort.rows.ScratchPart;
import io.retort.rows.ShardInputs;
import io.retort.rows.ShardJob;
import io.retort.rows.ShardJudge;
import io.retort.rows.ShardRecords;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Corrupter;
import io.retort.v1.CurationRecord;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Stage 2: makes preference pairs with the judge workers and by rules. */
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
      RowStageContext context, int shard, ShardJudge judge, Consumer<ShardProgress> heartbeat)
      throws IOException {
    RunSpec spec = context.getRun().getSpec();
    PairingWork work = new PairingWork(judge, answers, PairingSettings.of(spec));
    return new ShardJob<>(
        LABEL,
        new RowLog<>(
            store,
            folder(context.getRun(), shard),
            PairingRecord::newBuilder,
            PairingRecord::getKey),
        ShardInputs.of(
            PairingInput.CODEC, work::key, inputs -> addInputs(context, shard, inputs, heartbeat)),
        work,
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
    Heartbeats heartbeats = new Heartbeats(heartbeat, kept.getPartsCount());
    PairTotals totals =
        spec.getPreference().getBalanceGaps()
            ? PairTotals.balanced(maxPairs, unbalanced(layout, kept, maxPairs, heartbeats))
            : new PairTotals(maxPairs);
    List<ArtifactRef> parts = new ArrayList<>();
    for (int shard = 0; shard < kept.getPartsCount(); shard++) {
      try (RowCursor<PairingRecord> records = records(layout, shard);
          ScratchPart pairs = new ScratchPart()) {
        long rows = 0;
        for (PairingRecord record = records.next(); record != null; record = records.next()) {
          for (PreferencePair pair : totals.add(record)) {
            pairs.add(pair);
          }
          rows++;
          heartbeats.row();
        }
        if (rows != kept.getParts(shard).getRows()) {
          throw Failures.platform(
              "OUTCOMES_DO_NOT_ADD_UP",
              "pairing: shard "
                  + shard
                  + " has "
                  + rows
                  + " records (expected: "
                  + kept.getParts(shard).getRows()
                  + ")",
              null);
        }
        parts.add(pairs.store(store, layout.pairs(), shard));
      }
      heartbeats.shard();
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

  /** The first of two passes: the totals before gaps are balanced. */
  private PairTotals unbalanced(
      RunLayout layout, Manifest kept, int maxPairs, Heartbeats heartbeats) throws IOException {
    PairTotals totals = new PairTotals(maxPairs);
    for (int shard = 0; shard < kept.getPartsCount(); shard++) {
      try (RowCursor<PairingRecord> records = records(layout, shard)) {
        for (PairingRecord record = records.next(); record != null; record = records.next()) {
          totals.add(record);
          heartbeats.row();
        }
      }
    }
    return totals;
  }

  /** Folder of the shard's curation records, which may belong to the run that made them. */
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

  private RowCursor<PairingRecord> records(RunLayout layout, int shard) throws IOException {
    return ShardRecords.open(store, layout.pairsShard(shard), PairingRecord::newBuilder);
  }

  /**
   * Adds the kept samples of the shard with their curation records, which are in the same order.
   */
  private void addInputs(
      RowStageContext context,
      int shard,
      ShardInputs<PairingInput> inputs,
      Consumer<ShardProgress> heartbeat)
      throws IOException {
    Manifest kept = Manifests.read(store, context.getInput());
    ArtifactRef part = ShardRecords.part(kept, shard, context.getInput().getUri());
    Heartbeats heartbeats = new Heartbeats(heartbeat, part.getRows());
    try (RowCursor<Sample> samples =
            Manifests.openPart(store, context.getInput(), part, Sample::newBuilder);
        RowCursor<CurationRecord> records =
            ShardRecords.open(store, curated(context, shard), CurationRecord::newBuilder)) {
      for (Sample sample = samples.next(); sample != null; sample = samples.next()) {
        inputs.add(new PairingInput(sample, recordOf(sample, records, heartbeats)));
      }
    }
  }

  private static CurationRecord recordOf(
      Sample sample, RowCursor<CurationRecord> records, Heartbeats heartbeats) throws IOException {
    for (CurationRecord record = records.next(); record != null; record = records.next()) {
      heartbeats.row();
      if (record.getSample().getId().equals(sample.getId())) {
        return record;
      }
    }
    throw Failures.platform(
        "RECORD_MISSING",
        "pairing: kept sample "
            + sample.getId()
            + " has no curation record (expected: one, in the order of the samples)",
        null);
  }
}
