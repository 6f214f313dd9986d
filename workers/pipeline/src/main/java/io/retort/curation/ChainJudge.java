package io.retort.curation;

import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.rows.JudgeSettings;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.Provenance;
import io.retort.v1.Sample;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import io.retort.v1.Verdict;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Asks the judge about chains of one sample, and adds each answer to the sample's totals.
 *
 * <p>Futures fail with what {@link JudgeCalls} fail with, and with {@link UselessAnswerException}
 * for an answer that cannot be used.
 */
final class ChainJudge {
  private final JudgeCalls calls;
  private final JudgeSettings settings;
  private final Sample sample;
  private final CallTotals totals;

  ChainJudge(JudgeCalls calls, JudgeSettings settings, Sample sample, CallTotals totals) {
    this.calls = calls;
    this.settings = settings;
    this.sample = sample;
    this.totals = totals;
  }

  /** The verdict on the chain of a round; its difficulty is SIMPLE, MEDIUM or HARD. */
  CompletableFuture<Verdict> evaluate(String chain, int round) {
    EvaluateRequest request =
        EvaluateRequest.newBuilder()
            .setContext(context("evaluate", round))
            .setProblem(sample.getProblem())
            .setAnswer(sample.getAnswer())
            .setChain(chain)
            .build();
    return counted(calls.evaluate(request), EvaluateResponse::getProvenance)
        .thenApply(response -> withDifficulty(response.getVerdict()));
  }

  /** A rewrite of the chain, as the judge wrote it, which is to become the chain of the round. */
  CompletableFuture<String> improve(String chain, Verdict verdict, int round) {
    ImproveRequest request =
        ImproveRequest.newBuilder()
            .setContext(context("improve", round))
            .setProblem(sample.getProblem())
            .setAnswer(sample.getAnswer())
            .setChain(chain)
            .setVerdict(verdict)
            .build();
    return counted(calls.improve(request), ImproveResponse::getProvenance)
        .thenApply(ImproveResponse::getChain);
  }

  /** Whether the reasoning of a round's chain is sound, and why. */
  CompletableFuture<ValidateResponse> validate(String chain, int round) {
    ValidateRequest request =
        ValidateRequest.newBuilder()
            .setContext(context("validate", round))
            .setProblem(sample.getProblem())
            .setAnswer(sample.getAnswer())
            .setChain(chain)
            .build();
    return counted(calls.validate(request), ValidateResponse::getProvenance);
  }

  private JudgeContext context(String method, int round) {
    return settings.context(sample.getId(), method + "-" + round);
  }

  private <T> CompletableFuture<T> counted(
      CompletableFuture<T> call, Function<T, Provenance> provenance) {
    return call.thenApply(
        response -> {
          totals.add(provenance.apply(response));
          return response;
        });
  }

  private static Verdict withDifficulty(Verdict verdict) {
    return switch (verdict.getDifficulty()) {
      case DIFFICULTY_SIMPLE, DIFFICULTY_MEDIUM, DIFFICULTY_HARD -> verdict;
      case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED ->
          throw new UselessAnswerException("UNPARSED", "the verdict has no difficulty");
    };
  }
}
