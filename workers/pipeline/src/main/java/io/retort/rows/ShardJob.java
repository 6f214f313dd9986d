package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.v1.Usage;
import java.util.function.Function;

/**
 * One shard of a stage.
 *
 * @param stage label of metrics and messages
 * @param inputs rows in the shard's order; closed by whoever runs the job
 * @param outcome a record's label for metrics
 * @param usage usage of a record's calls
 * @param concurrency maximum number of running rows, at least 1
 */
public record ShardJob<I, R extends Message>(
    String stage,
    RowLog<R> log,
    ShardInputs<I> inputs,
    RowWork<I, R> work,
    Function<R, String> outcome,
    Function<R, Usage> usage,
    int concurrency) {}
