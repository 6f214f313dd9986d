package io.retort.preference;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.AnswerVerdict;
import io.retort.answers.GoldAnswer;
import io.retort.judge.client.CallGroup;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.ScriptedJudge;
import io.retort.rows.Seeds;
import io.retort.rows.TestEngine;
import io.retort.run.FilledSpecs;
import io.retort.v1.AnswerKind;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.PairingRecord;
import io.retort.v1.PreferencePair;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.Validation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pairs of code, with a predicate in place of the tests. */
final class CodePairingTest {
  private static final String CODE =
      "def total(words):\n    count = 0\n    for word in words:\n        count = count + 1\n"
          + "    return count";
  private static final String CHAIN = "Count them.\n\n```python\n" + CODE + "\n```";

  private final ScriptedJudge script = ScriptedJudge.start();
  private final TestEngine engine = new TestEngine();
  private final JudgeClient judge =
      JudgeClient.connect(script.address(), Duration.ofSeconds(30), engine.executor);

  @AfterEach
  void stop() {
    judge.close();
    script.close();
    engine.close();
  }

  @Test
  void rejectedCodeFailsItsTests() {
    PairingRecord record = pair(code -> code.equals(CODE));

    PreferencePair pair = record.getPairs(0);
    assertThat(pair.getAnswerKind()).isEqualTo(AnswerKind.ANSWER_KIND_CODE);
    assertThat(pair.getChosenAnswer()).isEqualTo(CODE);
    assertThat(pair.getRejectedAnswer()).isNotEqualTo(CODE);
    assertThat(pair.getRejected())
        .isEqualTo("Count them.\n\n```python\n" + pair.getRejectedAnswer() + "\n```");
    assertThat(pair.getMagnitude()).isBetween(0.01, 0.5);
    assertThat(pair.getProcessLevel()).isFalse();
    assertThat(record.getRejectionsList()).isEmpty();
  }

  @Test
  void changedCodeThatStillPassesIsRefusedForTheNextChange() {
    PairingRecord record = pair(code -> !code.contains("count - 1"));

    assertThat(record.getPairsList())
        .extracting(PreferencePair::getRejectedAnswer)
        .containsExactly(CODE.replace("count + 1", "count - 1"));
    assertThat(record.getPairs(0).getCorruption())
        .isEqualTo(CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION);
    assertThat(record.getRejectionsList())
        .isNotEmpty()
        .containsOnly(Refusal.CORRUPTION_STILL_SOUND.name());
  }

  @Test
  void codeThatNoChangeBreaksGivesNoPair() {
    assertThat(pair(code -> true).getPairsList()).isEmpty();
  }

  @Test
  void whatCannotBeDecidedIsNoRejectedSide() {
    PairingRecord record =
        pair(
            (gold, answer) ->
                new AnswerCheck(AnswerVerdict.UNDECIDED, answer, "not decided: of no use"));

    assertThat(record.getPairsList()).isEmpty();
    assertThat(record.getRejectionsList())
        .isNotEmpty()
        .containsOnly(Refusal.CORRUPTION_UNDECIDED.name());
  }

  private PairingRecord pair(Predicate<String> passes) {
    return pair(
        (gold, answer) ->
            new AnswerCheck(
                passes.test(answer) ? AnswerVerdict.CORRECT : AnswerVerdict.WRONG, answer, ""));
  }

  private PairingRecord pair(BiFunction<GoldAnswer, String, AnswerCheck> checks) {
    Sample sample =
        Sample.newBuilder()
            .setId("code")
            .setProblem("Write total(words).")
            .setChain(CHAIN)
            .setAnswer(CODE)
            .setAnswerKind(AnswerKind.ANSWER_KIND_CODE)
            .setTests("assert total(['a']) == 1")
            .build();
    CurationRecord curation =
        CurationRecord.newBuilder()
            .setSample(sample)
            .setOutcome(CurationOutcome.CURATION_OUTCOME_RETAINED)
            .addRounds(
                CurationRound.newBuilder()
                    .setDifficulty(Difficulty.DIFFICULTY_MEDIUM)
                    .setValidation(Validation.newBuilder().setAnswerCorrect(true).setSound(true)))
            .build();
    // The change that breaks the code in the second test must not be the first candidate.
    RunSpec spec =
        FilledSpecs.of(
            RunSpec.newBuilder()
                .setPreference(
                    PreferenceSpec.newBuilder()
                        .addCorrupters(Corrupter.CORRUPTER_RULES)
                        .addKinds(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER)
                        .addKinds(CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION))
                .setSeed(seedThatWantsANumber()));
    return new SamplePairing(
            judge.calls(new CallGroup()),
            new TestRunner(checks),
            PairingSettings.of(spec),
            new PairingInput(sample, curation),
            "key")
        .run()
        .join();
  }

  private static int seedThatWantsANumber() {
    int seed = 0;
    while (Seeds.of(seed, "code", "kind", "GAP_LARGE") % 2 != 0) {
      seed++;
    }
    return seed;
  }

  private record TestRunner(BiFunction<GoldAnswer, String, AnswerCheck> checks)
      implements AnswerChecker {
    @Override
    public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
      return compare(gold, text);
    }

    @Override
    public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
      return CompletableFuture.completedFuture(checks.apply(gold, answer));
    }

    @Override
    public CompletableFuture<Void> requireSandbox() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
