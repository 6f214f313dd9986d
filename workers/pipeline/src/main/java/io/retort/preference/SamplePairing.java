package io.retort.preference;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.AnswerVerdict;
import io.retort.answers.ChainChecker;
import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.rows.Seeds;
import io.retort.rows.Usages;
import io.retort.store.Hashes;
import io.retort.v1.CorruptRequest;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRound;
import io.retort.v1.Gap;
import io.retort.v1.PairingRecord;
import io.retort.v1.PreferencePair;
import io.retort.v1.Sample;
import io.retort.v1.Usage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The pairs of one kept sample.
 *
 * <p>Gaps are tried from the one that every kept sample has: LARGE, then, for improved samples,
 * SMALL and MEDIUM, until the sample has as many pairs as a problem may have. The corrupters of the
 * spec are tried in order until one gives a pair that validates.
 */
final class SamplePairing {
  private final JudgeCalls calls;
  private final AnswerChecker answers;
  private final PairingSettings settings;
  private final Sample sample;
  private final PairingInput input;
  private final String key;

  private final List<PreferencePair> pairs = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private Usage usage = Usage.getDefaultInstance();

  SamplePairing(
      JudgeCalls calls,
      AnswerChecker answers,
      PairingSettings settings,
      PairingInput input,
      String key) {
    this.calls = calls;
    this.answers = answers;
    this.settings = settings;
    this.input = input;
    this.sample = input.kept();
    this.key = key;
  }

  CompletableFuture<PairingRecord> run() {
    return large()
        .thenRun(this::small)
        .thenCompose(ignored -> medium())
        .thenApply(
            ignored ->
                PairingRecord.newBuilder()
                    .setKey(key)
                    .setSampleId(sample.getId())
                    .addAllPairs(pairs)
                    .addAllRejections(refusals)
                    .setUsage(usage)
                    .build());
  }

  private CompletableFuture<Void> large() {
    List<CurationRound> rounds = input.curation().getRoundsList();
    if (isFull()) {
      return done();
    }
    if (rounds.isEmpty() || !isVerified(rounds.get(rounds.size() - 1))) {
      refuse(Refusal.CHOSEN_UNVERIFIED.name());
      return done();
    }
    return corrupted(Gap.GAP_LARGE, sample.getChain(), 0);
  }

  private void small() {
    if (isFull() || !isImproved()) {
      return;
    }
    CurationRound original = original();
    if (!original.getValidation().getAnswerCorrect()) {
      refuse(Refusal.ORIGINAL_UNVERIFIED.name());
      return;
    }
    add(
        Gap.GAP_SMALL,
        sample.getChain(),
        new Corruption(
            original.getChain(), sample.getAnswer(), CorruptionKind.CORRUPTION_KIND_UNSPECIFIED),
        "original");
  }

  private CompletableFuture<Void> medium() {
    if (isFull() || !isImproved()) {
      return done();
    }
    CurationRound original = original();
    if (!isVerified(original)) {
      refuse(Refusal.CHOSEN_UNVERIFIED.name());
      return done();
    }
    return corrupted(Gap.GAP_MEDIUM, original.getChain(), 0);
  }

  /** Tries the corrupters from {@code index} on. */
  private CompletableFuture<Void> corrupted(Gap gap, String chosen, int index) {
    if (index >= settings.corrupters().size()) {
      return done();
    }
    Corrupter corrupter = settings.corrupters().get(index);
    CorruptionKind kind = kind(gap);
    CompletableFuture<Optional<Corruption>> corruption =
        switch (corrupter) {
          case CORRUPTER_JUDGE -> byJudge(gap, chosen, kind);
          case CORRUPTER_RULES -> CompletableFuture.completedFuture(byRules(gap, chosen, kind));
          case CORRUPTER_UNSPECIFIED, UNRECOGNIZED ->
              CompletableFuture.completedFuture(Optional.empty());
        };
    return corruption.thenCompose(
        found -> {
          if (found.isPresent() && add(gap, chosen, found.get(), name(corrupter))) {
            return done();
          }
          return corrupted(gap, chosen, index + 1);
        });
  }

  private Optional<Corruption> byRules(Gap gap, String chosen, CorruptionKind kind) {
    int seed = Seeds.of(settings.judge().seed(), sample.getId(), "rules", gap.name());
    Optional<Corruption> corruption =
        new RulesCorrupter(sample.getProblem(), chosen, sample.getAnswer(), seed).corrupt(kind);
    if (corruption.isEmpty()) {
      refuse(Refusal.RULES_NOT_APPLICABLE.name());
    }
    return corruption;
  }

  private CompletableFuture<Optional<Corruption>> byJudge(
      Gap gap, String chosen, CorruptionKind kind) {
    return calls
        .corrupt(
            CorruptRequest.newBuilder()
                .setContext(settings.judge().context(sample.getId(), "corrupt-" + gap.name()))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(chosen)
                .setKind(kind)
                .build())
        .thenCompose(
            response -> {
              count(response.getProvenance().getUsage());
              return examine(gap, chosen, response.getChain(), kind);
            })
        .exceptionallyCompose(this::withoutUselessAnswer)
        .thenApply(
            examined -> {
              if (examined.refusal().isPresent()) {
                refuse(examined.refusal().get());
              }
              return examined.corruption();
            });
  }

  private record Examined(Optional<Corruption> corruption, Optional<String> refusal) {
    static Examined accepted(String chain, String answer, CorruptionKind kind) {
      return new Examined(Optional.of(new Corruption(chain, answer, kind)), Optional.empty());
    }

    static Examined refused(String reason) {
      return new Examined(Optional.empty(), Optional.of(reason));
    }
  }

  /**
   * Whether what the judge wrote is wrong: it concludes another answer, or holds an equation that
   * does not hold, or, asked apart, the judge finds it unsound.
   */
  private CompletableFuture<Examined> examine(
      Gap gap, String chosen, String written, CorruptionKind kind) {
    String chain = ChainText.canonical(written, GoldAnswer.of(sample));
    if (chain.isBlank()) {
      return CompletableFuture.completedFuture(Examined.refused("CORRUPTION_EMPTY"));
    }
    if (isSame(chosen, chain)) {
      return CompletableFuture.completedFuture(Examined.refused(Refusal.IDENTICAL.name()));
    }
    return new ChainChecker(answers)
        .check(GoldAnswer.of(sample), written)
        .thenCompose(check -> examine(gap, chosen, chain, kind, check));
  }

  private CompletableFuture<Examined> examine(
      Gap gap, String chosen, String chain, CorruptionKind kind, AnswerCheck check) {
    if (check.verdict() == AnswerVerdict.WRONG) {
      return CompletableFuture.completedFuture(Examined.accepted(chain, check.answer(), kind));
    }
    boolean faulty =
        Equation.find(chosen).stream().allMatch(Equation::holds)
            && !Equation.find(chain).stream().allMatch(Equation::holds);
    if (faulty) {
      return CompletableFuture.completedFuture(Examined.accepted(chain, sample.getAnswer(), kind));
    }
    if (!settings.llmValidation()) {
      return CompletableFuture.completedFuture(
          Examined.refused(Refusal.CORRUPTION_STILL_SOUND.name()));
    }
    return calls
        .validate(
            ValidateRequest.newBuilder()
                .setContext(
                    settings.judge().context(sample.getId(), "validate-corruption-" + gap.name()))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(chain)
                .build())
        .thenApply(
            response -> {
              count(response.getProvenance().getUsage());
              return response.getSound()
                  ? Examined.refused(Refusal.CORRUPTION_STILL_SOUND.name())
                  : Examined.accepted(chain, sample.getAnswer(), kind);
            });
  }

  private CompletableFuture<Examined> withoutUselessAnswer(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException useless) {
      count(useless.usage());
      return CompletableFuture.completedFuture(Examined.refused("CORRUPTION_" + useless.reason()));
    }
    return CompletableFuture.failedFuture(cause == null ? thrown : cause);
  }

  private boolean add(Gap gap, String chosen, Corruption rejected, String corrupter) {
    if (isSame(chosen, rejected.chain())) {
      refuse(Refusal.IDENTICAL.name());
      return false;
    }
    pairs.add(
        PreferencePair.newBuilder()
            .setId(Hashes.sha256Hex(sample.getId(), gap.name(), chosen, rejected.chain()))
            .setSampleId(sample.getId())
            .setProblem(sample.getProblem())
            .setAnswer(sample.getAnswer())
            .setChosen(chosen)
            .setChosenAnswer(sample.getAnswer())
            .setRejected(rejected.chain())
            .setRejectedAnswer(rejected.answer())
            .setGap(gap)
            .setBeta(settings.beta(gap))
            .setCorruption(rejected.kind())
            .setCorrupter(corrupter)
            .build());
    return true;
  }

  private CurationRound original() {
    return input.curation().getRounds(0);
  }

  private boolean isImproved() {
    return input.curation().getOutcome() == CurationOutcome.CURATION_OUTCOME_IMPROVED
        && input.curation().getRoundsCount() > 0;
  }

  private static boolean isVerified(CurationRound round) {
    Validation validation = round.getValidation();
    return validation.getAnswerCorrect() || validation.getSound();
  }

  /** The same kind for the same seed and sample, all kinds in equal shares. */
  private CorruptionKind kind(Gap gap) {
    int seed = Seeds.of(settings.judge().seed(), sample.getId(), "kind", gap.name());
    return CorruptionKind.forNumber(1 + seed % 5);
  }

  private static boolean isSame(String left, String right) {
    return left.strip().replaceAll("\\s+", " ").equals(right.strip().replaceAll("\\s+", " "));
  }

  private boolean isFull() {
    return pairs.size() >= settings.maxPairs();
  }

  private void refuse(String reason) {
    refusals.add(reason);
  }

  private void count(Usage more) {
    usage = Usages.sum(usage, more);
  }

  private static String name(Corrupter corrupter) {
    return switch (corrupter) {
      case CORRUPTER_JUDGE -> "judge";
      case CORRUPTER_RULES -> "rules";
      case CORRUPTER_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("corrupter: " + corrupter);
    };
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
