package io.retort.rows;

/**
 * A committed shard.
 *
 * @param cost of its rows, by the spec's prices
 * @param keptAnswers number of the judge's answers that this attempt added to the cache
 */
public record ShardResult(long rows, double cost, int keptAnswers) {}
