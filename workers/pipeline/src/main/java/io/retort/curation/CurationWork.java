package io.retort.curation;

import io.retort.answers.AnswerChecker;
import io.retort.rows.RowWork;
import io.retort.rows.ShardJudge;
import io.retort.store.Hashes;
import io.retort.student.TokenCounter;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.Sample;
import java.util.concurrent.CompletableFuture;

/** Makes curation records. */
final class CurationWork implements RowWork<Sample, CurationRecord> {
  /** Changes whenever the same settings and sample would be curated otherwise. */
  private static final String ENGINE = "curation-v2";

  private final ShardJudge judge;
  private final AnswerChecker answers;
  private final TokenCounter tokens;
  private final CurationSettings settings;
  private final String decisive;

  CurationWork(
      ShardJudge judge, AnswerChecker answers, TokenCounter tokens, CurationSettings settings) {
    this.judge = judge;
    this.answers = answers;
    this.tokens = tokens;
    this.settings = settings;
    decisive = Hashes.sha256Hex(ENGINE, settings.toString(), judge.fingerprint());
  }

  @Override
  public String key(Sample sample) {
    return Hashes.sha256Hex(decisive, sample.getId());
  }

  @Override
  public CompletableFuture<CurationRecord> start(Sample sample) {
    return new SampleCuration(judge.calls(), answers, tokens, settings, sample, key(sample)).run();
  }

  @Override
  public CurationRecord quarantined(Sample sample, String reason, String said) {
    return CurationRecord.newBuilder()
        .setKey(key(sample))
        .setSample(sample)
        .setOutcome(CurationOutcome.CURATION_OUTCOME_QUARANTINED)
        .setReason(reason)
        .setMessage(said)
        .build();
  }
}
