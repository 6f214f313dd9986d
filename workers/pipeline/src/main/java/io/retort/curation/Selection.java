package io.retort.curation;

import io.retort.failure.Failures;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.student.TokenCounter;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.Ratings;
import io.retort.v1.Sample;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Counts the tokens of a verified chain, has it rated, and decides whether it is within the limits
 * of {@code curation.select}.
 *
 * <p>Tokens are counted first, so that no rating is paid for a chain that is too long. A chain that
 * the judge cannot rate is selected without ratings, unless ratings are limited: then it is refused
 * as NOT_RATED.
 */
final class Selection {
  private static final String NOT_SELECTED = "NOT_SELECTED";
  private static final String NOT_RATED = "NOT_RATED";

  private final JudgeCalls calls;
  private final TokenCounter tokens;
  private final CurationSettings settings;
  private final Sample sample;
  private final CallTotals totals;

  /**
   * The decision on a chain.
   *
   * @param refusal reason why the chain is not selected, empty where it is
   * @param tokens of the chain in the student's tokenizer, 0 where they were not counted
   * @param ratings empty where no rating was asked for or its answer could not be used
   * @param unrated message of the endpoint that refused to rate
   */
  record Choice(
      Optional<String> refusal, int tokens, Optional<Ratings> ratings, Optional<String> unrated) {}

  Selection(
      JudgeCalls calls,
      TokenCounter tokens,
      CurationSettings settings,
      Sample sample,
      CallTotals totals) {
    this.calls = calls;
    this.tokens = tokens;
    this.settings = settings;
    this.sample = sample;
    this.totals = totals;
  }

  /**
   * Decides whether a chain is selected. Fails as the calls do, and with USER/TOKENIZER_MISSING
   * where tokens are limited and cannot be counted.
   */
  CompletableFuture<Choice> choose(String chain) {
    return countTokens(chain).thenCompose(counted -> rate(chain, counted));
  }

  private CompletableFuture<Integer> countTokens(String chain) {
    return settings
        .studentFolder()
        .map(folder -> tokens.count(folder, chain))
        .orElseGet(() -> CompletableFuture.completedFuture(0));
  }

  private CompletableFuture<Choice> rate(String chain, int counted) {
    OptionalInt maxTokens = settings.select().maxTokens();
    if (maxTokens.isPresent() && counted == 0) {
      throw Failures.user(
          "TOKENIZER_MISSING",
          "curation.select.max_tokens: "
              + maxTokens.getAsInt()
              + ", but tokens cannot be counted with student.model "
              + settings.student()
              + " (expected: a folder with tokenizer.json on a file system of the pipeline workers,"
              + " and RETORT_PYTHON set for them)");
    }
    if (maxTokens.isPresent() && counted > maxTokens.getAsInt()) {
      return done(Optional.of(NOT_SELECTED), counted, Optional.empty());
    }
    if (!settings.ratings()) {
      return done(Optional.empty(), counted, Optional.empty());
    }
    return ask(chain)
        .thenApply(
            rated -> new Choice(refusal(rated.found()), counted, rated.found(), rated.unrated()));
  }

  private record Rated(Optional<Ratings> found, Optional<String> unrated) {}

  private CompletableFuture<Rated> ask(String chain) {
    return calls
        .rate(
            RateRequest.newBuilder()
                .setContext(settings.judge().context(sample.getId(), "rate"))
                .setProblem(sample.getProblem())
                .setAnswer(sample.getAnswer())
                .setChain(chain)
                .build())
        .thenApply(this::read)
        .exceptionally(this::withoutUselessAnswer);
  }

  private Rated read(RateResponse response) {
    totals.add(response.getProvenance());
    return new Rated(
        Optional.of(response.getRatings()).filter(SelectionLimits::isOnScale), Optional.empty());
  }

  private Rated withoutUselessAnswer(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException answer) {
      totals.add(answer.usage());
      return new Rated(
          Optional.empty(), answer.isRefusal() ? Optional.of(answer.message()) : Optional.empty());
    }
    throw thrown instanceof CompletionException completion
        ? completion
        : new CompletionException(thrown);
  }

  private Optional<String> refusal(Optional<Ratings> ratings) {
    SelectionLimits limits = settings.select();
    if (!limits.onRatings()) {
      return Optional.empty();
    }
    return ratings.isEmpty()
        ? Optional.of(NOT_RATED)
        : ratings.filter(found -> !limits.allow(found)).map(refused -> NOT_SELECTED);
  }

  private static CompletableFuture<Choice> done(
      Optional<String> refusal, int counted, Optional<Ratings> ratings) {
    return CompletableFuture.completedFuture(
        new Choice(refusal, counted, ratings, Optional.empty()));
  }
}
