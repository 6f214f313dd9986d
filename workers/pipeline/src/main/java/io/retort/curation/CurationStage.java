package io.retort.curation;

import io.retort.answers.AnswerChecker;
import io.retort.enums.EnumText;
import io.retort.failure.Failures;
import io.retort.judge.client.JudgeMethod;
import io.retort.layout.RunLayout;
import io.retort.rows.CacheStatuses;
import io.retort.rows.Heartbeats;
import io.retort.rows.JudgeSettings;
import io.retort.rows.RowCodec;
import io.retort.rows.RowLog;
import io.retort.rows.RowStage;
import io.retort.rows.ScratchPart;
import io.retort.rows.ShardInputs;
import io.retort.rows.ShardJob;
import io.retort.rows.ShardJudge;
import io.retort.rows.ShardRecords;
import io.retort.store.DataRoots;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.student.StudentFolder;
import io.retort.student.TokenCounter;
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
import org.jspecify.annotations.Nullable;

/** Stage 1: evaluates, improves and validates chains of thought. */
public final class CurationStage implements RowStage {
  private static final String LABEL = "curate";

  private final Store store;
  private final AnswerChecker answers;
  private final TokenCounter tokens;
  private final DataRoots roots;

  /**
   * @param roots where the student may lie whose tokenizer counts
   */
  public CurationStage(Store store, AnswerChecker answers, TokenCounter tokens, DataRoots roots) {
    this.store = store;
    this.answers = answers;
    this.tokens = tokens;
    this.roots = roots;
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
    return StudentFolder.tokenizer(spec.getStudent().getModel(), roots)
        .map(sha256 -> Map.of("student's tokenizer", sha256))
        .orElse(Map.of());
  }

  @Override
  public String folder(RunContext run, int shard) {
    return RunLayout.of(run).curationShard(shard);
  }

  @Override
  public ShardJob<Sample, CurationRecord> open(
      RowStageContext context, int shard, ShardJudge judge, Consumer<ShardProgress> heartbeat)
      throws IOException {
    RunSpec spec = context.getRun().getSpec();
    roots.requireFolder("student.model", spec.getStudent().getModel());
    Manifest dataset = Manifests.read(store, context.getInput());
    ArtifactRef part = ShardRecords.part(dataset, shard, context.getInput().getUri());
    CurationWork work =
        new CurationWork(
            judge, answers, tokens, CurationSettings.of(spec, dataset.getMedianChainCharacters()));
    Heartbeats heartbeats = new Heartbeats(heartbeat, part.getRows());
    return new ShardJob<>(
        LABEL,
        new RowLog<>(
            store,
            folder(context.getRun(), shard),
            CurationRecord::newBuilder,
            CurationRecord::getKey),
        ShardInputs.of(
            RowCodec.of(Sample.parser()),
            work::key,
            inputs -> addSamples(context.getInput(), part, inputs, heartbeats)),
        work,
        record -> EnumText.shortName(record.getOutcome()),
        CurationRecord::getUsage,
        JudgeSettings.concurrency(spec));
  }

  private void addSamples(
      ArtifactRef dataset, ArtifactRef part, ShardInputs<Sample> inputs, Heartbeats heartbeats)
      throws IOException {
    boolean code = false;
    try (RowCursor<Sample> samples = Manifests.openPart(store, dataset, part, Sample::newBuilder)) {
      for (Sample sample = samples.next(); sample != null; sample = samples.next()) {
        inputs.add(sample);
        code |= sample.getAnswerKind() == AnswerKind.ANSWER_KIND_CODE;
        heartbeats.row();
      }
    }
    if (code) {
      requireSandbox();
    }
  }

  @Override
  public FinishStageResponse finish(FinishStageRequest request, Consumer<ShardProgress> heartbeat)
      throws IOException {
    RowStageContext context = request.getContext();
    Manifest dataset = Manifests.read(store, context.getInput());
    RunLayout layout = RunLayout.of(context.getRun());
    CurationTotals totals = new CurationTotals();
    List<ArtifactRef> parts = new ArrayList<>();
    List<String> shards = new ArrayList<>();
    Heartbeats heartbeats = new Heartbeats(heartbeat, dataset.getPartsCount());
    for (int shard = 0; shard < dataset.getPartsCount(); shard++) {
      shards.add(layout.curationShard(shard));
      try (RowCursor<CurationRecord> records =
              ShardRecords.open(store, layout.curationShard(shard), CurationRecord::newBuilder);
          RowCursor<Sample> samples =
              Manifests.openPart(
                  store, context.getInput(), dataset.getParts(shard), Sample::newBuilder);
          ScratchPart kept = new ScratchPart()) {
        CurationRecord record = nextRecord(records, samples, shard);
        while (record != null) {
          totals.add(record);
          if (CurationTotals.isKept(record)) {
            kept.add(record.getSample().toBuilder().setChain(record.getChain()).build());
          }
          heartbeats.row();
          record = nextRecord(records, samples, shard);
        }
        parts.add(kept.store(store, layout.kept(), shard));
      }
      heartbeats.shard();
    }
    CurationSummary summary = totals.summary(dataset.getRows());
    if (summary.getRetained() + summary.getImproved() == 0) {
      throw Failures.user(
          "NOTHING_KEPT",
          "curation: none of "
              + summary.getRows()
              + " rows was kept, by reason: "
              + totals.reasons()
              + " (expected: at least one; see the records in "
              + layout.curationShard(0)
              + ")");
    }
    ArtifactRef kept =
        Manifests.commit(
            store,
            layout.kept(),
            Manifest.newBuilder()
                .addAllParts(parts)
                .setMedianChainCharacters(totals.keptMedian())
                .build());
    return FinishStageResponse.newBuilder()
        .setCuration(
            summary.toBuilder()
                .setKept(kept)
                .setRecords(ShardRecords.commit(store, layout.curation(), shards))
                .setCache(CacheStatuses.of(request, summary.getUsage())))
        .build();
  }

  /** Checked before any judge call. */
  private void requireSandbox() {
    try {
      answers.requireSandbox().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof ApplicationFailure failure ? failure : e;
    }
  }

  /** Exactly one record for each sample, in the data set's order; null after the last. */
  private static @Nullable CurationRecord nextRecord(
      RowCursor<CurationRecord> records, RowCursor<Sample> samples, int shard) throws IOException {
    CurationRecord record = records.next();
    Sample sample = samples.next();
    String found = record == null ? "no record" : "a record of " + record.getSample().getId();
    String expected = sample == null ? "no record" : "a record of " + sample.getId();
    if (!found.equals(expected)) {
      throw Failures.platform(
          "OUTCOMES_DO_NOT_ADD_UP",
          "curation: shard "
              + shard
              + " has "
              + found
              + " (expected: "
              + expected
              + "; one for each of its samples, in their order)",
          null);
    }
    return record;
  }
}
