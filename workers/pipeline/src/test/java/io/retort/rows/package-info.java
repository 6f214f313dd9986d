/** Durable processing of rows: a shard's records survive the attempt that made them. */
@NullMarked
package io.retort.rows;

import org.jspecify.annotations.NullMarked;
