package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.rows.RowWork;
import io.retort.rows.ShardJudge;
import io.retort.store.Hashes;
import io.retort.v1.PairingRecord;
import java.util.concurrent.CompletableFuture;

/** Makes pairing records. */
final class PairingWork implements RowWork<PairingInput, PairingRecord> {
  /** Changes whenever the same settings and sample would be paired otherwise. */
  private static final String ENGINE = "pairing-v3";

  private final ShardJudge judge;
  private final AnswerChecker answers;
  private final PairingSettings settings;
  private final String decisive;

  PairingWork(ShardJudge judge, AnswerChecker answers, PairingSettings settings) {
    this.judge = judge;
    this.answers = answers;
    this.settings = settings;
    decisive = Hashes.sha256Hex(ENGINE, settings.toString(), judge.fingerprint());
  }

  @Override
  public String key(PairingInput input) {
    return Hashes.sha256Hex(decisive, input.curation().getKey(), input.kept().getId());
  }

  @Override
  public CompletableFuture<PairingRecord> start(PairingInput input) {
    return new SamplePairing(judge.calls(), answers, settings, input, key(input)).run();
  }

  @Override
  public PairingRecord quarantined(PairingInput input, String reason, String said) {
    return PairingRecord.newBuilder()
        .setKey(key(input))
        .setSampleId(input.kept().getId())
        .setError(reason + ": " + said)
        .build();
  }
}
