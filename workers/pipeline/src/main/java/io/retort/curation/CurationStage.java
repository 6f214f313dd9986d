package io.retort.curation;

import io.retort.answers.AnswerChecker;
import io.retort.answers.TokenCounter;
import io.retort.failure.Failures;
import io.retort.ingest.ChainLengths;
import io.retort.ingest.StudentFolder;
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
import io.retort.v1.AnswerKind;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationSpec;
import io.retort.v1.CurationSummary;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Stage 1: evaluates, improves and validates chains of thought. */
public final class CurationStage implements RowStage {
  private static final String LABEL = "curate";

  private final Store store;
  private final AnswerChecker answers;
  private final TokenCounter tokens;

  public CurationStage(Store store, AnswerChecker answers, TokenCounter tokens) {
    this.store = store;
    this.answers = answers;
    this.tokens = tokens;
  }

  @Override
  public Stage stage() {
    return Stage.STAGE_CURATE;
  }

  @Override
  public List<JudgeMethod<?, ?>> methods(RunSpec spec) {
    CurationSpec curation = spec.getCuration();
    List<JudgeMethod<?, ?>> methods = new ArrayList<>(List.of(JudgeMethod.EVALUATE));
    if (curation.getMaxRounds() > 0) {
      methods.add(JudgeMethod.IMPROVE);
    }
    if (curation.getLlmValidation()) {
      methods.add(JudgeMethod.VALIDATE);
    }
    if (CurationSettings.measures(curation.getDifficulty())) {
      methods.add(JudgeMethod.SAMPLE_ANSWERS);
    }
    if (curation.getRatings()) {
      methods.add(JudgeMethod.RATE);
    }
    return methods;
  }

  @Override
  public Map<String, String> inputs(RunSpec spec) throws IOException {
    return StudentFolder.tokenizer(spec.getStudent().getModel())
        .map(sha256 -> Map.of("student's tokenizer", sha256))
        .orElse(Map.of());
  }

  @Override
  public String folder(RunContext run, int shard) {
    return RunLayout.of(run).curationShard(shard);
  }

  @Override
  public ShardJob<Sample, CurationRecord> open(RowStageContext context, int shard, ShardJudge judge)
      throws IOException {
    RunSpec spec = context.getRun().getSpec();
    Manifest dataset = Manifests.read(store, context.getInput());
    ArtifactRef part = ShardRecords.part(dataset, shard, context.getInput().getUri());
    List<Sample> samples = Manifests.readPart(store, context.getInput(), part, Sample::newBuilder);
    requireSandbox(samples);
    return new ShardJob<>(
        LABEL,
        new RowLog<>(
            store,
            folder(context.getRun(), shard),
            CurationRecord::newBuilder,
            CurationRecord::getKey),
        samples,
        new CurationWork(
            judge, answers, tokens, CurationSettings.of(spec, dataset.getMedianChainCharacters())),
        record -> record.getOutcome().name().replace("CURATION_OUTCOME_", ""),
        CurationRecord::getUsage,
        JudgeSettings.concurrency(spec));
  }

  @Override
  public FinishStageResponse finish(FinishStageRequest request, Consumer<ShardProgress> heartbeat)
      throws IOException {
    RowStageContext context = request.getContext();
    Manifest dataset = Manifests.read(store, context.getInput());
    RunLayout layout = RunLayout.of(context.getRun());
    CurationTotals totals = new CurationTotals();
    ChainLengths lengths = new ChainLengths();
    List<ArtifactRef> parts = new ArrayList<>();
    List<String> shards = new ArrayList<>();
    for (int shard = 0; shard < dataset.getPartsCount(); shard++) {
      shards.add(layout.curationShard(shard));
      List<CurationRecord> records =
          ShardRecords.read(store, layout.curationShard(shard), CurationRecord::newBuilder);
      checkShard(context.getInput(), dataset.getParts(shard), shard, records);
      List<Sample> kept = new ArrayList<>();
      for (CurationRecord record : records) {
        totals.add(record);
        if (CurationTotals.isKept(record)) {
          kept.add(record.getSample().toBuilder().setChain(record.getChain()).build());
          lengths.add(record.getChain());
        }
      }
      parts.add(Manifests.writePart(store, layout.kept(), shard, kept));
      heartbeat.accept(
          ShardProgress.newBuilder().setDone(shard + 1L).setTotal(dataset.getPartsCount()).build());
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
    return FinishStageResponse.newBuilder()
        .setCuration(
            summary.toBuilder()
                .setKept(kept)
                .setRecords(ShardRecords.commit(store, layout.curation(), shards))
                .setCache(CacheStatuses.of(request, summary.getUsage())))
        .build();
  }

  /** Looked for before anything is asked. */
  private void requireSandbox(List<Sample> samples) {
    if (samples.stream().noneMatch(s -> s.getAnswerKind() == AnswerKind.ANSWER_KIND_CODE)) {
      return;
    }
    try {
      answers.requireSandbox().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof ApplicationFailure failure ? failure : e;
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
}
