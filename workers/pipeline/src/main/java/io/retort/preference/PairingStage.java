package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.curation.JudgeSettings;
import io.retort.failure.Failures;
import io.retort.ingest.FingerprintCounts;
import io.retort.judge.client.JudgeCalls;
import io.retort.rows.Counts;
import io.retort.rows.RowLog;
import io.retort.rows.RowStage;
import io.retort.rows.ShardJob;
import io.retort.rows.ShardRecords;
import io.retort.rows.Usages;
import io.retort.run.RunLayout;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationRecord;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.retort.v1.Usage;
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
  public ShardJob<PairingInput, PairingRecord> open(
      RowStageContext context, int shard, JudgeCalls calls) throws IOException {
    RunSpec spec = context.getRun().getSpec();
    return new ShardJob<>(
        LABEL,
        new RowLog<>(
            store,
            RunLayout.of(context.getRun()).pairsShard(shard),
            PairingRecord::newBuilder,
            PairingRecord::getKey),
        inputs(context, shard),
        new PairingWork(calls, answers, PairingSettings.of(spec)),
        record -> record.getPairsCount() > 0 ? "PAIRED" : "UNPAIRED",
        JudgeSettings.concurrency(spec));
  }

  @Override
  public FinishStageResponse finish(RowStageContext context, Consumer<ShardProgress> heartbeat)
      throws IOException {
    Manifest kept = Manifests.read(store, context.getInput());
    RunLayout layout = RunLayout.of(context.getRun());
    Totals totals = new Totals(PairingSettings.of(context.getRun().getSpec()).maxPairs());
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
    return FinishStageResponse.newBuilder()
        .setPairing(
            PairingSummary.newBuilder()
                .setPairs(pairs)
                .setRows(kept.getRows())
                .addAllGaps(totals.gaps.toList())
                .addAllRejections(totals.rejections.toList())
                .setUsage(totals.usage))
        .build();
  }

  /** Kept samples of the shard with their curation records. */
  private List<PairingInput> inputs(RowStageContext context, int shard) throws IOException {
    Manifest kept = Manifests.read(store, context.getInput());
    ArtifactRef part = ShardRecords.part(kept, shard, context.getInput().getUri());
    Map<String, CurationRecord> records = new HashMap<>();
    for (CurationRecord record :
        ShardRecords.<CurationRecord>read(
            store,
            RunLayout.of(context.getRun()).curationShard(shard),
            CurationRecord::newBuilder)) {
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
