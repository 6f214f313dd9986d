package io.retort.preference;

import io.retort.answers.AnswerChecker;
import io.retort.answers.AnswerVerdict;
import io.retort.answers.ChainChecker;
import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.rows.RefusedByEndpointException;
import io.retort.rows.Seeds;
import io.retort.rows.UsageSums;
import io.retort.v1.AnswerKind;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptionKind;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.Gap;
import io.retort.v1.PairingRecord;
import io.retort.v1.Provenance;
import io.retort.v1.Sample;
import io.retort.v1.Usage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.Validation;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The pairs of one kept sample.
 *
 * <p>Gaps are tried from the one that every kept sample has: LARGE, then, for improved samples,
 * SMALL and MEDIUM, until the sample has as many pairs as a problem may have. A chosen side must
 * hold: by program, then by the judge where curation.llm_validation is on. A rejected side must
 * not: another answer, an equation that does not hold, or the judge's word; only that of a SMALL
 * gap must hold too. The corrupters of the spec are tried in order until one gives such a pair.
 */
final class SamplePairing {
  private static final String KEPT = "kept";
  private static final String ORIGINAL = "original";

  /** Enough to find a wrong one of the wanted magnitude; the chain of a book has thousands. */
  private static final int MOST_RULE_CANDIDATES = 16;

  private final JudgeCalls calls;
  private final AnswerChecker answers;
  private final PairingSettings settings;
  private final Sample sample;
  private final PairingInput input;
  private final String key;

  private final SamplePairs pairs;
  private Usage usage = Usage.getDefaultInstance();
  private boolean keptHolds;
  private Optional<UselessAnswerException> refusedByEndpoint = Optional.empty();

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
    pairs = new SamplePairs(settings, sample);
  }

  CompletableFuture<PairingRecord> run() {
    return large().thenCompose(ignored -> ofOriginal()).thenCompose(ignored -> end());
  }

  /** A row that an endpoint refused in part may have pairs all the same. */
  private CompletableFuture<PairingRecord> end() {
    PairingRecord.Builder made =
        PairingRecord.newBuilder()
            .setKey(key)
            .setSampleId(sample.getId())
            .addAllPairs(pairs.pairs())
            .addAllRejections(pairs.refusals())
            .setUsage(usage);
    if (refusedByEndpoint.isEmpty()) {
      return CompletableFuture.completedFuture(made.build());
    }
    String said = refusedByEndpoint.get().message();
    if (pairs.pairs().isEmpty()) {
      made.setError(refusedByEndpoint.get().reason() + ": " + said);
    }
    return CompletableFuture.failedFuture(new RefusedByEndpointException(made.build(), said));
  }

  private CompletableFuture<Void> large() {
    List<CurationRound> rounds = input.curation().getRoundsList();
    if (pairs.isFull()) {
      return done();
    }
    if (rounds.isEmpty()) {
      return refused(Refusal.CHOSEN_UNVERIFIED);
    }
    return verify(rounds.get(rounds.size() - 1), sample.getChain(), KEPT)
        .thenCompose(
            fault -> {
              keptHolds = fault.isEmpty();
              return keptHolds
                  ? corrupted(Gap.GAP_LARGE, sample.getChain(), 0)
                  : refused(fault.get().chosen());
            });
  }

  /** The gaps that an improved sample has because of its original chain: SMALL, then MEDIUM. */
  private CompletableFuture<Void> ofOriginal() {
    if (pairs.isFull() || !isImproved()) {
      return done();
    }
    CurationRound original = input.curation().getRounds(0);
    return verify(original, original.getChain(), ORIGINAL)
        .thenCompose(
            fault -> {
              small(original, fault);
              if (pairs.isFull()) {
                return done();
              }
              return fault.isPresent()
                  ? refused(fault.get().chosen())
                  : corrupted(Gap.GAP_MEDIUM, original.getChain(), 0);
            });
  }

  private void small(CurationRound original, Optional<Fault> fault) {
    if (!keptHolds) {
      return;
    }
    if (fault.isPresent()) {
      pairs.refuse(fault.get().original());
      return;
    }
    pairs.add(
        Gap.GAP_SMALL,
        sample.getChain(),
        new Corruption(
            original.getChain(), sample.getAnswer(), CorruptionKind.CORRUPTION_KIND_UNSPECIFIED),
        Origin.ORIGINAL);
  }

  /** Why a curated chain cannot be the chosen side of a pair. */
  private enum Fault {
    /** By program, its answer is wrong or not known to be right. */
    UNVERIFIED,
    /** The judge says so. */
    UNSOUND;

    Refusal chosen() {
      return this == UNVERIFIED ? Refusal.CHOSEN_UNVERIFIED : Refusal.CHOSEN_UNSOUND;
    }

    Refusal original() {
      return this == UNVERIFIED ? Refusal.ORIGINAL_UNVERIFIED : Refusal.ORIGINAL_UNSOUND;
    }
  }

  /**
   * Whether a chain holds: by program, as curation has found, and by the judge where it is to be
   * asked and curation has not.
   */
  private CompletableFuture<Optional<Fault>> verify(
      CurationRound round, String chain, String purpose) {
    Validation validation = round.getValidation();
    // A chain whose answer the program found wrong was given no label.
    boolean wrong =
        !validation.getAnswerCorrect()
            && round.getDifficulty() == Difficulty.DIFFICULTY_UNSPECIFIED;
    if (wrong || (!settings.llmValidation() && !validation.getAnswerCorrect())) {
      return CompletableFuture.completedFuture(Optional.of(Fault.UNVERIFIED));
    }
    if (!settings.llmValidation() || validation.getSound()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return isSound(chain, "validate-" + purpose)
        .thenApply(sound -> sound ? Optional.<Fault>empty() : Optional.of(Fault.UNSOUND))
        .exceptionallyCompose(
            thrown -> {
              uselessAnswer(thrown);
              return CompletableFuture.completedFuture(Optional.of(Fault.UNVERIFIED));
            });
  }

  /** Tries the corrupters from {@code index} on. */
  private CompletableFuture<Void> corrupted(Gap gap, String chosen, int index) {
    if (index >= settings.corrupters().size()) {
      return done();
    }
    CompletableFuture<Boolean> added =
        switch (settings.corrupters().get(index)) {
          case CORRUPTER_JUDGE -> byJudge(gap, chosen);
          case CORRUPTER_RULES -> byRules(gap, chosen);
          case CORRUPTER_UNSPECIFIED, UNRECOGNIZED -> CompletableFuture.completedFuture(false);
        };
    return added.thenCompose(found -> found ? done() : corrupted(gap, chosen, index + 1));
  }

  private CompletableFuture<Boolean> byRules(Gap gap, String chosen) {
    int seed = Seeds.of(settings.judge().seed(), sample.getId(), "rules", gap.name());
    Iterator<Corruption> candidates =
        Rules.corruptions(sample, chosen, seed, kind(gap), settings.kinds())
            .limit(MOST_RULE_CANDIDATES)
            .iterator();
    if (!candidates.hasNext()) {
      pairs.refuse(Refusal.RULES_NOT_APPLICABLE);
    }
    return byRules(gap, chosen, candidates);
  }

  /** The first candidate that is wrong and differs as much as it should. */
  private CompletableFuture<Boolean> byRules(
      Gap gap, String chosen, Iterator<Corruption> candidates) {
    if (!candidates.hasNext()) {
      return CompletableFuture.completedFuture(false);
    }
    Corruption candidate = candidates.next();
    return verdict(candidate)
        .thenCompose(
            verdict -> {
              boolean wrong = verdict == AnswerVerdict.WRONG;
              if (!wrong) {
                pairs.refuse(
                    verdict == AnswerVerdict.UNDECIDED
                        ? Refusal.CORRUPTION_UNDECIDED
                        : Refusal.CORRUPTION_STILL_SOUND);
              }
              return wrong && pairs.add(gap, chosen, candidate, Origin.RULES)
                  ? CompletableFuture.completedFuture(true)
                  : byRules(gap, chosen, candidates);
            });
  }

  /**
   * A rule changes what is concluded: the answer must be wrong, and the chain must not say
   * otherwise. Code is its own conclusion.
   */
  private CompletableFuture<AnswerVerdict> verdict(Corruption candidate) {
    return answers
        .compare(GoldAnswer.of(sample), candidate.answer())
        .thenCompose(
            concluded -> {
              boolean wrong = concluded.verdict() == AnswerVerdict.WRONG;
              return !wrong || sample.getAnswerKind() == AnswerKind.ANSWER_KIND_CODE
                  ? CompletableFuture.completedFuture(concluded.verdict())
                  : new ChainChecker(answers)
                      .check(GoldAnswer.of(sample), candidate.chain())
                      .thenApply(
                          check -> check.isCorrect() ? check.verdict() : AnswerVerdict.WRONG);
            });
  }

  private CompletableFuture<Boolean> byJudge(Gap gap, String chosen) {
    CorruptionKind kind = kind(gap);
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
              return examine(gap, chosen, response.getChain(), kind, response.getProvenance());
            })
        .exceptionallyCompose(
            thrown -> {
              pairs.refuse("CORRUPTION_" + uselessAnswer(thrown).reason());
              return CompletableFuture.completedFuture(false);
            });
  }

  /**
   * Takes what the judge wrote if it is wrong: it concludes another answer, or holds an equation
   * that does not hold, or, asked apart, the judge finds it unsound.
   */
  private CompletableFuture<Boolean> examine(
      Gap gap, String chosen, String written, CorruptionKind kind, Provenance provenance) {
    String chain = ChainText.canonical(written, GoldAnswer.of(sample));
    Origin origin = Origin.judge(provenance);
    Corruption processLevel = new Corruption(chain, sample.getAnswer(), kind);
    if (pairs.isRefused(chosen, processLevel)) {
      return CompletableFuture.completedFuture(false);
    }
    return new ChainChecker(answers)
        .check(GoldAnswer.of(sample), written)
        .thenCompose(
            check -> {
              if (check.verdict() == AnswerVerdict.WRONG) {
                return CompletableFuture.completedFuture(
                    pairs.add(gap, chosen, concluding(check.answer(), written, kind), origin));
              }
              if (check.verdict() == AnswerVerdict.UNDECIDED) {
                pairs.refuse(Refusal.CORRUPTION_UNDECIDED);
                return CompletableFuture.completedFuture(false);
              }
              return isFaulty(gap, chosen, chain)
                  .thenApply(
                      faulty -> {
                        if (!faulty) {
                          pairs.refuse(Refusal.CORRUPTION_STILL_SOUND);
                        }
                        return faulty && pairs.add(gap, chosen, processLevel, origin);
                      });
            });
  }

  /** Without the line that only states the answer: the chosen side has no such line either. */
  private Corruption concluding(String answer, String written, CorruptionKind kind) {
    GoldAnswer concluded =
        new GoldAnswer(sample.getAnswerKind(), answer, sample.getTests(), sample.getCodeTests());
    return new Corruption(ChainText.canonical(written, concluded), answer, kind);
  }

  /** Whether a chain that may conclude the gold answer is wrong on the way there. */
  private CompletableFuture<Boolean> isFaulty(Gap gap, String chosen, String chain) {
    boolean falseEquation =
        Equation.find(chosen).stream().allMatch(Equation::holds)
            && !Equation.find(chain).stream().allMatch(Equation::holds);
    if (falseEquation || !settings.llmValidation()) {
      return CompletableFuture.completedFuture(falseEquation);
    }
    return isSound(chain, "validate-corruption-" + gap.name()).thenApply(sound -> !sound);
  }

  private CompletableFuture<Boolean> isSound(String chain, String purpose) {
    return calls
        .validate(
            ValidateRequest.newBuilder()
                .setContext(settings.judge().context(sample.getId(), purpose))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(chain)
                .build())
        .thenApply(
            response -> {
              count(response.getProvenance().getUsage());
              return response.getSound();
            });
  }

  /**
   * An answer that is of no use is counted, and the pair goes without it.
   *
   * @throws CompletionException with every other failure: the row is made again
   */
  private UselessAnswerException uselessAnswer(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException useless) {
      count(useless.usage());
      if (useless.isRefusal()) {
        refusedByEndpoint = Optional.of(useless);
      }
      return useless;
    }
    throw new CompletionException(cause == null ? thrown : cause);
  }

  private boolean isImproved() {
    return input.curation().getOutcome() == CurationOutcome.CURATION_OUTCOME_IMPROVED
        && input.curation().getRoundsCount() > 0;
  }

  /** The same kind for the same seed and sample, all allowed kinds in equal shares. */
  private CorruptionKind kind(Gap gap) {
    int seed = Seeds.of(settings.judge().seed(), sample.getId(), "kind", gap.name());
    return settings.kinds().get(seed % settings.kinds().size());
  }

  private CompletableFuture<Void> refused(Refusal reason) {
    pairs.refuse(reason);
    return done();
  }

  private void count(Usage more) {
    usage = UsageSums.sum(usage, more);
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
