package io.retort.rows;

/**
 * A committed shard.
 *
 * @param cost of its rows, by the spec's prices
 * @param keptAnswers of the judge that this attempt put into the cache
 */
public record ShardResult(long rows, double cost, int keptAnswers) {}
