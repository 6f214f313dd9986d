package io.retort.curation;

import io.retort.failure.Failures;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.UselessAnswerException;
import io.retort.student.TokenCounter;
import io.retort.v1.Provenance;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.Ratings;
import io.retort.v1.Sample;
import io.retort.v1.Usage;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Counts the tokens of a chain that is to be kept, has it rated, and tells whether the spec's
 * limits let it go on.
 *
 * <p>Tokens come first: a chain that is too long is not paid for. A chain that the judge cannot
 * rate goes on without ratings, unless there are limits on them: then it is NOT_RATED.
 */
final class Selection {
  private static final String NOT_SELECTED = "NOT_SELECTED";
  private static final String NOT_RATED = "NOT_RATED";

  private final JudgeCalls calls;
  private final TokenCounter tokens;
  private final CurationSettings settings;
  private final Sample sample;
  private final Consumer<Provenance> asked;
  private final Consumer<Usage> useless;

  /**
   * What was found.
   *
   * @param refusal why the chain does not go on, empty when it does
   * @param ratings empty where nobody was asked or the answer was of no use
   * @param unrated words of the endpoint that refused to rate
   */
  record Choice(
      Optional<String> refusal, int tokens, Optional<Ratings> ratings, Optional<String> unrated) {}

  /**
   * @param asked is told of every answer
   * @param useless is told what an answer of no use has cost
   */
  Selection(
      JudgeCalls calls,
      TokenCounter tokens,
      CurationSettings settings,
      Sample sample,
      Consumer<Provenance> asked,
      Consumer<Usage> useless) {
    this.calls = calls;
    this.tokens = tokens;
    this.settings = settings;
    this.sample = sample;
    this.asked = asked;
    this.useless = useless;
  }

  /**
   * Fails with what the calls fail with, and with USER/TOKENIZER_MISSING where tokens are limited
   * and cannot be counted.
   */
  CompletableFuture<Choice> look(String chain) {
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
    asked.accept(response.getProvenance());
    return new Rated(
        Optional.of(response.getRatings()).filter(SelectionLimits::isOnScale), Optional.empty());
  }

  private Rated withoutUselessAnswer(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException answer) {
      useless.accept(answer.usage());
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
