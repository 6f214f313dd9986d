package io.retort.preference;

import io.grpc.Context;
import io.retort.answers.AnswerChecker;
import io.retort.curation.JudgeSettings;
import io.retort.failure.Failures;
import io.retort.ingest.FingerprintCounts;
import io.retort.judge.client.JudgeClient;
import io.retort.pipeline.StoreFailures;
import io.retort.rows.Counts;
import io.retort.rows.RowEngine;
import io.retort.rows.RowLog;
import io.retort.rows.ShardRecords;
import io.retort.rows.ShardRunner;
import io.retort.rows.Usages;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.RunLayout;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationRecord;
import io.retort.v1.FinishPairingRequest;
import io.retort.v1.FinishPairingResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PairShardRequest;
import io.retort.v1.PairShardResponse;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.retort.v1.Usage;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes preference pairs, shard by shard, through the judge workers and by rules. */
public final class PairingActivitiesImpl implements PairingActivities {
  private static final String STAGE = "pair";

  private final Store store;
  private final JudgeClient judge;
  private final AnswerChecker answers;
  private final RowEngine engine;

  public PairingActivitiesImpl(
      Store store, JudgeClient judge, AnswerChecker answers, RowEngine engine) {
    this.store = store;
    this.judge = judge;
    this.answers = answers;
    this.engine = engine;
  }

  @Override
  public PairShardResponse pairShard(PairShardRequest request) {
    ActivityExecutionContext activity = Activity.getExecutionContext();
    RunSpec spec = request.getRun().getSpec();
    Context.CancellableContext callContext = Context.ROOT.withCancellation();
    try {
      ShardRunner.Job<PairingInput, PairingRecord> job =
          new ShardRunner.Job<>(
              STAGE,
              new RowLog<>(
                  store,
                  layout(request.getRun()).pairsShard(request.getShard()),
                  PairingRecord::newBuilder,
                  PairingRecord::getKey),
              inputs(request),
              new PairingWork(judge.calls(callContext), answers, PairingSettings.of(spec)),
              record -> record.getPairsCount() > 0 ? "PAIRED" : "UNPAIRED",
              () -> callContext.cancel(null),
              JudgeSettings.concurrency(spec));
      long rows = new ShardRunner<>(engine, job, activity::heartbeat).run();
      return PairShardResponse.newBuilder().setRows(rows).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } finally {
      callContext.cancel(null);
    }
  }

  @Override
  public FinishPairingResponse finishPairing(FinishPairingRequest request) {
    ActivityExecutionContext activity = Activity.getExecutionContext();
    try {
      Manifest kept = Manifests.read(store, request.getKept());
      RunLayout layout = layout(request.getRun());
      Totals totals = new Totals(PairingSettings.of(request.getRun().getSpec()).maxPairs());
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
        activity.heartbeat(
            ShardProgress.newBuilder().setDone(shard + 1L).setTotal(kept.getPartsCount()).build());
      }
      if (totals.pairs == 0) {
        throw Failures.user(
            "NO_PAIRS",
            "pairing: none of "
                + kept.getRows()
                + " kept rows gave a pair, candidates refused by reason: "
                + totals.rejections
                + " (expected: at least one pair; add the rules corrupter or more data)");
      }
      ArtifactRef pairs =
          Manifests.commit(store, layout.pairs(), Manifest.newBuilder().addAllParts(parts).build());
      return FinishPairingResponse.newBuilder()
          .setSummary(
              PairingSummary.newBuilder()
                  .setPairs(pairs)
                  .setRows(kept.getRows())
                  .addAllGaps(totals.gaps.toList())
                  .addAllRejections(totals.rejections.toList())
                  .setUsage(totals.usage))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Kept samples of the shard with their curation records. */
  private List<PairingInput> inputs(PairShardRequest request) throws IOException {
    Manifest kept = Manifests.read(store, request.getKept());
    ArtifactRef part = ShardRecords.part(kept, request.getShard(), request.getKept().getUri());
    Map<String, CurationRecord> records = new HashMap<>();
    for (CurationRecord record :
        ShardRecords.<CurationRecord>read(
            store,
            layout(request.getRun()).curationShard(request.getShard()),
            CurationRecord::newBuilder)) {
      records.put(record.getSample().getId(), record);
    }
    List<PairingInput> inputs = new ArrayList<>();
    for (Sample sample :
        Manifests.<Sample>readPart(store, request.getKept(), part, Sample::newBuilder)) {
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

  private static RunLayout layout(RunContext run) {
    return new RunLayout(run.getStoreUri(), run.getRunId());
  }

  /** Adds up records; drops pairs that are there already or that their problem has too many of. */
  private static final class Totals {
    private final int maxPairs;
    private final FingerprintCounts ids = new FingerprintCounts();
    private final FingerprintCounts problems = new FingerprintCounts();
    private final Counts gaps = new Counts();
    private final Counts rejections = new Counts();
    private Usage usage = Usage.getDefaultInstance();
    private long pairs;

    Totals(int maxPairs) {
      this.maxPairs = maxPairs;
    }

    List<PreferencePair> add(List<PairingRecord> records) {
      List<PreferencePair> accepted = new ArrayList<>();
      for (PairingRecord record : records) {
        record.getRejectionsList().forEach(rejections::add);
        usage = Usages.sum(usage, record.getUsage());
        record.getPairsList().stream().filter(this::isWanted).forEach(accepted::add);
      }
      accepted.forEach(pair -> gaps.add(pair.getGap().name().replace("GAP_", "")));
      pairs += accepted.size();
      return accepted;
    }

    private boolean isWanted(PreferencePair pair) {
      String sides = Hashes.sha256Hex(pair.getProblem(), pair.getChosen(), pair.getRejected());
      if (ids.add(sides) > 0) {
        rejections.add("DUPLICATE");
        return false;
      }
      if (problems.add(Hashes.sha256Hex(pair.getProblem())) >= maxPairs) {
        rejections.add("TOO_MANY_FOR_PROBLEM");
        return false;
      }
      return true;
    }
  }
}
