package io.retort.curation;

import io.retort.rows.Seeds;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeSpec;
import io.retort.v1.RunSpec;

/** How the judge of a run is asked. */
public record JudgeSettings(
    String endpoint, double temperature, int maxTokens, long seed, String studentSize) {
  private static final int DEFAULT_MAX_TOKENS = 2048;

  public static JudgeSettings of(RunSpec spec) {
    JudgeSpec judge = spec.getJudge();
    return new JudgeSettings(
        judge.hasEndpoint() ? judge.getEndpoint() : "judge",
        judge.getTemperature(),
        judge.hasMaxTokens() ? judge.getMaxTokens() : DEFAULT_MAX_TOKENS,
        Integer.toUnsignedLong(spec.getSeed()),
        spec.getStudent().hasSize() ? spec.getStudent().getSize() : "135M");
  }

  /** Rows of one shard that may be under way at once. */
  public static int concurrency(RunSpec spec) {
    return spec.getJudge().hasConcurrency() ? spec.getJudge().getConcurrency() : 16;
  }

  /**
   * The context of one call.
   *
   * @param purpose gives calls of one row different seeds
   */
  public JudgeContext context(String... purpose) {
    return JudgeContext.newBuilder()
        .setEndpoint(endpoint)
        .setTemperature(temperature)
        .setMaxTokens(maxTokens)
        .setSeed(Seeds.of(seed, purpose))
        .setStudentSize(studentSize)
        .build();
  }
}
