package io.retort.run;

import io.temporal.common.SearchAttributeKey;

/** Search attributes that a Retort namespace must define; {@link RunWorkflow} sets all of them. */
public final class RunSearchAttributes {
  /** {@code RunPhase} without its prefix. */
  public static final SearchAttributeKey<String> PHASE =
      SearchAttributeKey.forKeyword("RetortPhase");

  /** {@code Stage} without its prefix. */
  public static final SearchAttributeKey<String> STAGE =
      SearchAttributeKey.forKeyword("RetortStage");

  public static final SearchAttributeKey<String> STUDENT =
      SearchAttributeKey.forKeyword("RetortStudent");

  /** SHA-256 of the data set's manifest. */
  public static final SearchAttributeKey<String> DATASET =
      SearchAttributeKey.forKeyword("RetortDataset");

  public static final SearchAttributeKey<String> TEAM = SearchAttributeKey.forKeyword("RetortTeam");

  /** Share of the run's stages that have ended, 0 to 1. */
  public static final SearchAttributeKey<Double> PROGRESS =
      SearchAttributeKey.forDouble("RetortProgress");

  private RunSearchAttributes() {}
}
