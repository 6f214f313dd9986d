package io.retort.curation;

import io.grpc.Context;
import io.retort.answers.AnswerChecker;
import io.retort.failure.Failures;
import io.retort.ingest.ChainLengths;
import io.retort.judge.client.JudgeClient;
import io.retort.pipeline.StoreFailures;
import io.retort.rows.RowEngine;
import io.retort.rows.RowLog;
import io.retort.rows.ShardRecords;
import io.retort.rows.ShardRunner;
import io.retort.store.Manifests;
import io.retort.store.RunLayout;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurateShardRequest;
import io.retort.v1.CurateShardResponse;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationSummary;
import io.retort.v1.FinishCurationRequest;
import io.retort.v1.FinishCurationResponse;
import io.retort.v1.Manifest;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Curates shards through the judge workers. */
public final class CurationActivitiesImpl implements CurationActivities {
  private static final String STAGE = "curate";

  private final Store store;
  private final JudgeClient judge;
  private final AnswerChecker answers;
  private final RowEngine engine;

  public CurationActivitiesImpl(
      Store store, JudgeClient judge, AnswerChecker answers, RowEngine engine) {
    this.store = store;
    this.judge = judge;
    this.answers = answers;
    this.engine = engine;
  }

  @Override
  public CurateShardResponse curateShard(CurateShardRequest request) {
    ActivityExecutionContext activity = Activity.getExecutionContext();
    RunSpec spec = request.getRun().getSpec();
    Context.CancellableContext callContext = Context.ROOT.withCancellation();
    try {
      Manifest dataset = Manifests.read(store, request.getDataset());
      ArtifactRef part =
          ShardRecords.part(dataset, request.getShard(), request.getDataset().getUri());
      ShardRunner.Job<Sample, CurationRecord> job =
          new ShardRunner.Job<>(
              STAGE,
              new RowLog<>(
                  store,
                  layout(request.getRun()).curationShard(request.getShard()),
                  CurationRecord::newBuilder,
                  CurationRecord::getKey),
              Manifests.readPart(store, request.getDataset(), part, Sample::newBuilder),
              new CurationWork(
                  judge.calls(callContext),
                  answers,
                  CurationSettings.of(spec, dataset.getMedianChainCharacters())),
              record -> record.getOutcome().name().replace("CURATION_OUTCOME_", ""),
              () -> callContext.cancel(null),
              JudgeSettings.concurrency(spec));
      long rows = new ShardRunner<>(engine, job, activity::heartbeat).run();
      return CurateShardResponse.newBuilder().setRows(rows).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } finally {
      callContext.cancel(null);
    }
  }

  @Override
  public FinishCurationResponse finishCuration(FinishCurationRequest request) {
    ActivityExecutionContext activity = Activity.getExecutionContext();
    try {
      Manifest dataset = Manifests.read(store, request.getDataset());
      RunLayout layout = layout(request.getRun());
      CurationTotals totals = new CurationTotals();
      ChainLengths lengths = new ChainLengths();
      List<ArtifactRef> parts = new ArrayList<>();
      for (int shard = 0; shard < dataset.getPartsCount(); shard++) {
        List<CurationRecord> records =
            ShardRecords.read(store, layout.curationShard(shard), CurationRecord::newBuilder);
        checkShard(request.getDataset(), dataset.getParts(shard), shard, records);
        List<Sample> kept = new ArrayList<>();
        for (CurationRecord record : records) {
          totals.add(record);
          if (CurationTotals.isKept(record)) {
            kept.add(record.getSample().toBuilder().setChain(record.getChain()).build());
            lengths.add(record.getChain());
          }
        }
        parts.add(Manifests.writePart(store, layout.kept(), shard, kept));
        activity.heartbeat(
            ShardProgress.newBuilder()
                .setDone(shard + 1L)
                .setTotal(dataset.getPartsCount())
                .build());
      }
      CurationSummary summary = totals.summary(dataset.getRows());
      if (summary.getRetained() + summary.getImproved() == 0) {
        throw Failures.user(
            "NOTHING_KEPT",
            "curation: none of "
                + summary.getRows()
                + " rows was kept, by reason: "
                + totals.reasons()
                + " (expected: at least one; look at the records in "
                + layout.curationShard(0)
                + ")");
      }
      ArtifactRef kept =
          Manifests.commit(
              store,
              layout.kept(),
              Manifest.newBuilder()
                  .addAllParts(parts)
                  .setMedianChainCharacters(lengths.median())
                  .build());
      return FinishCurationResponse.newBuilder()
          .setSummary(summary.toBuilder().setKept(kept))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Exactly one record for each sample, in the data set's order. */
  private void checkShard(
      ArtifactRef dataset, ArtifactRef part, int shard, List<CurationRecord> records)
      throws IOException {
    List<Sample> samples = Manifests.readPart(store, dataset, part, Sample::newBuilder);
    List<String> expected = samples.stream().map(Sample::getId).toList();
    List<String> actual = records.stream().map(record -> record.getSample().getId()).toList();
    if (!expected.equals(actual)) {
      throw Failures.platform(
          "OUTCOMES_DO_NOT_ADD_UP",
          "curation: shard "
              + shard
              + " has "
              + actual.size()
              + " records (expected: one for each of its "
              + expected.size()
              + " samples, in their order)",
          null);
    }
  }

  private static RunLayout layout(RunContext run) {
    return new RunLayout(run.getStoreUri(), run.getRunId());
  }
}
