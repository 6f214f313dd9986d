package io.retort.evaluation;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.util.Optional;

/** Whether two models of different runs were asked the same. */
final class Comparability {
  /** What differs and how; empty for models that can be compared by problem. */
  static Optional<String> difference(
      ScoreRecord ours,
      Optional<BenchmarkSpec> ourBenchmark,
      ScoreRecord theirs,
      Optional<BenchmarkSpec> theirBenchmark) {
    Score score = ours.getScore();
    Score other = theirs.getScore();
    return differs("data set", score.getDatasetSha256(), other.getDatasetSha256())
        .or(() -> differs("samples", score.getSamples(), other.getSamples()))
        .or(() -> differs("temperature", score.getTemperature(), other.getTemperature()))
        .or(
            () ->
                ourBenchmark.isEmpty() || theirBenchmark.isEmpty()
                    ? Optional.of("the settings of one are not known")
                    : differs(ourBenchmark.get(), theirBenchmark.get()))
        .or(() -> differs("problems", ours.getProblemsCount(), theirs.getProblemsCount()));
  }

  private static Optional<String> differs(BenchmarkSpec ours, BenchmarkSpec theirs) {
    return differs("top_p", ours.getTopP(), theirs.getTopP())
        .or(
            () ->
                differs(
                    "max_new_tokens",
                    Integer.toUnsignedString(ours.getMaxNewTokens()),
                    Integer.toUnsignedString(theirs.getMaxNewTokens())))
        .or(
            () ->
                ours.getPrompt().equals(theirs.getPrompt())
                    ? Optional.empty()
                    : Optional.of("the prompts differ"));
  }

  private static Optional<String> differs(String what, Object ours, Object theirs) {
    return ours.equals(theirs)
        ? Optional.empty()
        : Optional.of(what + " " + ours + " and " + theirs);
  }

  private Comparability() {}
}
