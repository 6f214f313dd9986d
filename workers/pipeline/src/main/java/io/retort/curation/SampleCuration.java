package io.retort.curation;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.AnswerVerdict;
import io.retort.answers.ChainChecker;
import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.rows.RefusedByEndpointException;
import io.retort.student.TokenCounter;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.FollowRate;
import io.retort.v1.Sample;
import io.retort.v1.Validation;
import io.retort.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One sample on its way through evaluate, improve and validate.
 *
 * <p>Each round assesses one chain, the original first. The program's check of the answer comes
 * before any call: a wrong original is rejected, one that the program cannot decide is quarantined,
 * and a rewrite of either kind is not evaluated. A chain that is not MEDIUM and verified is
 * improved, from the last chain whose answer was not wrong, until the rounds are used up. A kept
 * chain then passes the spec's selection.
 */
final class SampleCuration {
  private static final String EMPTY_CHAIN = "EMPTY_CHAIN";
  private static final String WRONG_ANSWER = "WRONG_ANSWER";
  private static final String ANSWER_UNDECIDED = "ANSWER_UNDECIDED";

  private final AnswerChecker answers;
  private final CurationSettings settings;
  private final Sample sample;
  private final String key;
  private final GoldAnswer gold;
  private final DifficultyDecision decision;
  private final CallTotals totals = new CallTotals();
  private final ChainJudge judge;
  private final FollowMeter follow;
  private final Selection selection;

  private final List<CurationRound> rounds = new ArrayList<>();

  SampleCuration(
      JudgeCalls calls,
      AnswerChecker answers,
      TokenCounter tokens,
      CurationSettings settings,
      Sample sample,
      String key) {
    this.answers = answers;
    this.settings = settings;
    this.sample = sample;
    this.key = key;
    this.gold = GoldAnswer.of(sample);
    this.decision = new DifficultyDecision(settings);
    this.judge = new ChainJudge(calls, settings.judge(), sample, totals);
    this.follow = new FollowMeter(calls, answers, settings, sample, totals);
    this.selection = new Selection(calls, tokens, settings, sample, totals);
  }

  CompletableFuture<CurationRecord> run() {
    if (sample.getChain().isBlank()) {
      return CompletableFuture.completedFuture(
          end(CurationOutcome.CURATION_OUTCOME_REJECTED, EMPTY_CHAIN));
    }
    return assess(sample.getChain(), sample.getChain())
        .thenCompose(this::next)
        .exceptionallyCompose(this::quarantine);
  }

  private CompletableFuture<CurationRecord> next(CurationRound round) {
    rounds.add(round);
    if (isKept(round)) {
      CurationOutcome outcome =
          round.getRound() == 0
              ? CurationOutcome.CURATION_OUTCOME_RETAINED
              : CurationOutcome.CURATION_OUTCOME_IMPROVED;
      return select(outcome, round.getChain());
    }
    boolean wrongOriginal = round.getRound() == 0 && !isRight(round);
    if (wrongOriginal || round.getRound() >= settings.maxRounds()) {
      CurationOutcome outcome =
          round.getValidation().getAnswerUndecided()
              ? CurationOutcome.CURATION_OUTCOME_QUARANTINED
              : CurationOutcome.CURATION_OUTCOME_REJECTED;
      return CompletableFuture.completedFuture(end(outcome, reason(round)));
    }
    return improve().thenCompose(this::next);
  }

  private CompletableFuture<CurationRecord> select(CurationOutcome outcome, String chain) {
    return selection
        .choose(chain)
        .thenCompose(
            choice -> {
              CurationRecord.Builder record =
                  choice
                      .refusal()
                      .map(reason -> record(CurationOutcome.CURATION_OUTCOME_REJECTED, reason))
                      .orElseGet(() -> record(outcome, "").setChain(chain));
              choice.ratings().ifPresent(record::setRatings);
              CurationRecord chosen = record.setTokens(choice.tokens()).build();
              return choice
                  .unrated()
                  .<CompletableFuture<CurationRecord>>map(
                      said ->
                          CompletableFuture.failedFuture(
                              new RefusedByEndpointException(chosen, said)))
                  .orElseGet(() -> CompletableFuture.completedFuture(chosen));
            });
  }

  private CompletableFuture<CurationRound> improve() {
    CurationRound base = lastRight();
    Verdict verdict =
        Verdict.newBuilder()
            .setDifficulty(decision.direction(base.getDifficulty(), base.getChain()))
            .setCritique(Critique.of(base, rounds.get(rounds.size() - 1)))
            .build();
    return judge
        .improve(base.getChain(), verdict, rounds.size())
        .thenCompose(
            rewrite -> {
              String chain = ChainText.canonical(rewrite, gold);
              if (chain.isBlank()) {
                throw new UselessAnswerException("EMPTY", "the rewritten chain is only an answer");
              }
              if (chain.equals(base.getChain())) {
                return CompletableFuture.completedFuture(
                    base.toBuilder().setRound(rounds.size()).build());
              }
              return assess(chain, rewrite);
            });
  }

  /**
   * Checks, labels and validates the chain of the current round.
   *
   * @param chain the text to train on
   * @param written the text before {@link ChainText#canonical}, whose final-answer line the
   *     program's check reads
   */
  private CompletableFuture<CurationRound> assess(String chain, String written) {
    CurationRound.Builder round =
        CurationRound.newBuilder().setRound(rounds.size()).setChain(chain);
    return new ChainChecker(answers)
        .check(gold, written)
        .thenCompose(
            check -> {
              round.setValidation(
                  Validation.newBuilder()
                      .setAnswerCorrect(check.isCorrect())
                      .setAnswerUndecided(check.verdict() == AnswerVerdict.UNDECIDED)
                      .setReason(check.reason()));
              return check.verdict() == AnswerVerdict.WRONG
                      || check.verdict() == AnswerVerdict.UNDECIDED
                  ? CompletableFuture.completedFuture(round.build())
                  : label(round).thenCompose(labelled -> validate(labelled, check));
            });
  }

  private CompletableFuture<CurationRound.Builder> label(CurationRound.Builder round) {
    CompletableFuture<Verdict> judged = judge.evaluate(round.getChain(), round.getRound());
    CompletableFuture<Optional<FollowRate>> rate =
        settings.measures()
            ? follow.measure(round.getChain(), round.getRound()).thenApply(Optional::of)
            : CompletableFuture.completedFuture(Optional.empty());
    return judged.thenCombine(
        rate,
        (verdict, measured) -> {
          round.setVerdict(verdict);
          Difficulty byRate = Difficulty.DIFFICULTY_UNSPECIFIED;
          if (measured.isPresent()) {
            byRate = decision.measured(measured.get(), verdict.getDifficulty(), round.getChain());
            round.setFollowRate(measured.get()).setMeasured(byRate);
          }
          return round.setDifficulty(decision.deciding(verdict.getDifficulty(), byRate));
        });
  }

  private CompletableFuture<CurationRound> validate(
      CurationRound.Builder round, AnswerCheck check) {
    if (!settings.llmValidation() || round.getDifficulty() != Difficulty.DIFFICULTY_MEDIUM) {
      return CompletableFuture.completedFuture(round.build());
    }
    return judge
        .validate(round.getChain(), round.getRound())
        .thenApply(
            response ->
                round
                    .setValidation(
                        Validation.newBuilder()
                            .setAnswerCorrect(check.isCorrect())
                            .setSound(response.getSound())
                            .setReason(response.getReason()))
                    .build());
  }

  private boolean isKept(CurationRound round) {
    Validation validation = round.getValidation();
    return round.getDifficulty() == Difficulty.DIFFICULTY_MEDIUM
        && (settings.llmValidation() ? validation.getSound() : validation.getAnswerCorrect());
  }

  /** A round whose answer the program refused, or could not decide, has no label. */
  private static boolean isRight(CurationRound round) {
    return round.getDifficulty() != Difficulty.DIFFICULTY_UNSPECIFIED;
  }

  private CurationRound lastRight() {
    for (int index = rounds.size() - 1; index > 0; index--) {
      if (isRight(rounds.get(index))) {
        return rounds.get(index);
      }
    }
    return rounds.get(0);
  }

  private String reason(CurationRound last) {
    return switch (last.getDifficulty()) {
      case DIFFICULTY_SIMPLE -> "STILL_SIMPLE";
      case DIFFICULTY_HARD -> "STILL_HARD";
      case DIFFICULTY_MEDIUM -> settings.llmValidation() ? "UNSOUND" : "UNVERIFIED";
      case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED ->
          last.getValidation().getAnswerUndecided() ? ANSWER_UNDECIDED : WRONG_ANSWER;
    };
  }

  private CompletableFuture<CurationRecord> quarantine(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException useless) {
      totals.add(useless.usage());
      CurationRecord quarantined =
          record(CurationOutcome.CURATION_OUTCOME_QUARANTINED, useless.reason())
              .setMessage(useless.message())
              .build();
      return useless.isRefusal()
          ? CompletableFuture.failedFuture(
              new RefusedByEndpointException(quarantined, useless.message()))
          : CompletableFuture.completedFuture(quarantined);
    }
    return CompletableFuture.failedFuture(cause == null ? thrown : cause);
  }

  private CurationRecord end(CurationOutcome outcome, String reason) {
    return record(outcome, reason).build();
  }

  private CurationRecord.Builder record(CurationOutcome outcome, String reason) {
    return totals.writeTo(
        CurationRecord.newBuilder()
            .setKey(key)
            .setSample(sample)
            .setOutcome(outcome)
            .setReason(reason)
            .addAllRounds(rounds));
  }
}
