package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.judge.client.JudgeCalls;
import io.retort.rows.RowWork;
import io.retort.store.Hashes;
import io.retort.v1.PairingRecord;
import java.util.concurrent.CompletableFuture;

/** Makes pairing records. */
final class PairingWork implements RowWork<PairingInput, PairingRecord> {
  /** Changes whenever the same settings and sample would be paired otherwise. */
  private static final String ENGINE = "pairing-v2";

  private final JudgeCalls calls;
  private final AnswerChecker answers;
  private final PairingSettings settings;

  PairingWork(JudgeCalls calls, AnswerChecker answers, PairingSettings settings) {
    this.calls = calls;
    this.answers = answers;
    this.settings = settings;
  }

  @Override
  public String key(PairingInput input) {
    return Hashes.sha256Hex(
        ENGINE, settings.toString(), input.curation().getKey(), input.kept().getId());
  }

  @Override
  public CompletableFuture<PairingRecord> start(PairingInput input) {
    return new SamplePairing(calls, answers, settings, input, key(input)).run();
  }
}
