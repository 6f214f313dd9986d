package io.retort.curation;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.ChainText;
import io.retort.answers.GoldAnswer;
import io.retort.judge.client.JudgeCalls;
import io.retort.v1.FollowRate;
import io.retort.v1.JudgeContext;
import io.retort.v1.Sample;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Measures how often the student reaches the gold answer of one sample with a chain, its final
 * answer removed, and without one. Answers without a chain are sampled once.
 */
final class FollowMeter {
  /** More than one answer needs some chance; this is the field's setting for sampling. */
  private static final double TEMPERATURE = 0.6;

  private final JudgeCalls calls;
  private final AnswerChecker answers;
  private final CurationSettings settings;
  private final Sample sample;
  private final CallTotals totals;
  private @Nullable CompletableFuture<Integer> alone;

  FollowMeter(
      JudgeCalls calls,
      AnswerChecker answers,
      CurationSettings settings,
      Sample sample,
      CallTotals totals) {
    this.calls = calls;
    this.answers = answers;
    this.settings = settings;
    this.sample = sample;
    this.totals = totals;
  }

  CompletableFuture<FollowRate> measure(String chain, int round) {
    CompletableFuture<Integer> without = alone();
    String partial = ChainText.withoutAnswer(chain, GoldAnswer.of(sample));
    // Nothing is left of a chain that is its answer only: it helps as much as none.
    CompletableFuture<Integer> with =
        partial.isBlank() ? without : correctAnswers(partial, "follow-" + round);
    return with.thenCombine(
        without,
        (followed, unaided) ->
            FollowRate.newBuilder()
                .setSamples(settings.followSamples())
                .setFollowed(followed)
                .setAloneSamples(settings.followSamples())
                .setAlone(unaided)
                .build());
  }

  private CompletableFuture<Integer> alone() {
    CompletableFuture<Integer> unaided = alone;
    if (unaided == null) {
      unaided = correctAnswers("", "alone");
      alone = unaided;
    }
    return unaided;
  }

  private CompletableFuture<Integer> correctAnswers(String partialChain, String purpose) {
    JudgeContext context =
        settings.judge().context(sample.getId(), purpose).toBuilder()
            .setEndpoint(settings.studentEndpoint())
            .setTemperature(settings.followSamples() > 1 ? TEMPERATURE : 0)
            .setMaxTokens(settings.followMaxTokens())
            .build();
    return calls
        .sampleAnswers(
            SampleAnswersRequest.newBuilder()
                .setContext(context)
                .setProblem(sample.getProblem())
                .setPartialChain(partialChain)
                .setSamples(settings.followSamples())
                .build())
        .thenCompose(this::countCorrect);
  }

  private CompletableFuture<Integer> countCorrect(SampleAnswersResponse response) {
    totals.add(response.getProvenance());
    List<CompletableFuture<AnswerCheck>> checks =
        response.getTextsList().stream()
            .map(text -> answers.check(GoldAnswer.of(sample), text))
            .toList();
    return CompletableFuture.allOf(checks.toArray(CompletableFuture[]::new))
        .thenApply(
            ignored -> (int) checks.stream().filter(check -> check.join().isCorrect()).count());
  }
}
