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
import io.retort.rows.UsageSums;
import io.retort.student.TokenCounter;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.FollowRate;
import io.retort.v1.ImproveRequest;
import io.retort.v1.Provenance;
import io.retort.v1.Sample;
import io.retort.v1.Usage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.Validation;
import io.retort.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One sample on its way through evaluate, improve and validate.
 *
 * <p>Each round looks at one chain, the original first. The program's check of the answer comes
 * before any call: a wrong original is rejected, one that the program cannot decide is quarantined,
 * and a rewrite of either kind is not evaluated. What is not MEDIUM and verified is improved, from
 * the last chain whose answer was not wrong, until the rounds are used up. What is kept then passes
 * the spec's selection.
 */
final class SampleCuration {
  private static final String EMPTY_CHAIN = "EMPTY_CHAIN";
  private static final String WRONG_ANSWER = "WRONG_ANSWER";
  private static final String ANSWER_UNDECIDED = "ANSWER_UNDECIDED";

  private final JudgeCalls calls;
  private final AnswerChecker answers;
  private final CurationSettings settings;
  private final Sample sample;
  private final String key;
  private final GoldAnswer gold;
  private final DifficultyDecision decision;
  private final FollowMeter follow;
  private final Selection selection;

  private final List<CurationRound> rounds = new ArrayList<>();
  private final Set<String> promptVersions = new TreeSet<>();
  private final Set<String> models = new TreeSet<>();
  private Usage usage = Usage.getDefaultInstance();

  SampleCuration(
      JudgeCalls calls,
      AnswerChecker answers,
      TokenCounter tokens,
      CurationSettings settings,
      Sample sample,
      String key) {
    this.calls = calls;
    this.answers = answers;
    this.settings = settings;
    this.sample = sample;
    this.key = key;
    this.gold = GoldAnswer.of(sample);
    this.decision = new DifficultyDecision(settings);
    this.follow = new FollowMeter(calls, answers, settings, sample, this::count);
    this.selection = new Selection(calls, tokens, settings, sample, this::count, this::count);
  }

  CompletableFuture<CurationRecord> run() {
    if (sample.getChain().isBlank()) {
      return CompletableFuture.completedFuture(
          end(CurationOutcome.CURATION_OUTCOME_REJECTED, EMPTY_CHAIN));
    }
    return look(sample.getChain(), sample.getChain())
        .thenCompose(this::goOn)
        .exceptionallyCompose(this::quarantine);
  }

  private CompletableFuture<CurationRecord> goOn(CurationRound round) {
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
    return improve().thenCompose(this::goOn);
  }

  private CompletableFuture<CurationRecord> select(CurationOutcome outcome, String chain) {
    return selection
        .look(chain)
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
    return calls
        .improve(
            ImproveRequest.newBuilder()
                .setContext(settings.judge().context(sample.getId(), "improve-" + rounds.size()))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(base.getChain())
                .setVerdict(verdict)
                .build())
        .thenCompose(
            response -> {
              count(response.getProvenance());
              String chain = ChainText.canonical(response.getChain(), gold);
              if (chain.isBlank()) {
                throw new UselessAnswerException("EMPTY", "the rewritten chain is only an answer");
              }
              if (chain.equals(base.getChain())) {
                return CompletableFuture.completedFuture(
                    base.toBuilder().setRound(rounds.size()).build());
              }
              return look(chain, response.getChain());
            });
  }

  /**
   * One round.
   *
   * @param chain as it would be trained on
   * @param written as it came, maybe with a final-answer line, which the program's check reads
   */
  private CompletableFuture<CurationRound> look(String chain, String written) {
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
    CompletableFuture<Verdict> judged = evaluate(round);
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

  private CompletableFuture<Verdict> evaluate(CurationRound.Builder round) {
    return calls
        .evaluate(
            EvaluateRequest.newBuilder()
                .setContext(
                    settings.judge().context(sample.getId(), "evaluate-" + round.getRound()))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(round.getChain())
                .build())
        .thenApply(
            response -> {
              count(response.getProvenance());
              return switch (response.getVerdict().getDifficulty()) {
                case DIFFICULTY_SIMPLE, DIFFICULTY_MEDIUM, DIFFICULTY_HARD -> response.getVerdict();
                case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED ->
                    throw new UselessAnswerException("UNPARSED", "the verdict has no difficulty");
              };
            });
  }

  private CompletableFuture<CurationRound> validate(
      CurationRound.Builder round, AnswerCheck check) {
    if (!settings.llmValidation() || round.getDifficulty() != Difficulty.DIFFICULTY_MEDIUM) {
      return CompletableFuture.completedFuture(round.build());
    }
    return calls
        .validate(
            ValidateRequest.newBuilder()
                .setContext(
                    settings.judge().context(sample.getId(), "validate-" + round.getRound()))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(round.getChain())
                .build())
        .thenApply(
            response -> {
              count(response.getProvenance());
              return round
                  .setValidation(
                      Validation.newBuilder()
                          .setAnswerCorrect(check.isCorrect())
                          .setSound(response.getSound())
                          .setReason(response.getReason()))
                  .build();
            });
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
      count(useless.usage());
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

  private synchronized CurationRecord.Builder record(CurationOutcome outcome, String reason) {
    return CurationRecord.newBuilder()
        .setKey(key)
        .setSample(sample)
        .setOutcome(outcome)
        .setReason(reason)
        .addAllRounds(rounds)
        .setUsage(usage)
        .addAllPromptVersions(promptVersions)
        .addAllModels(models);
  }

  /** Calls of one round end on several threads. */
  private synchronized void count(Provenance provenance) {
    count(provenance.getUsage());
    add(promptVersions, provenance.getPromptVersion());
    add(models, provenance.getModel());
  }

  private synchronized void count(Usage more) {
    usage = UsageSums.sum(usage, more);
  }

  private static void add(Set<String> names, String name) {
    if (!name.isEmpty()) {
      names.add(name);
    }
  }
}
