/** Durable rows: one shard's records survive the attempt that made them. */
@NullMarked
package io.retort.rows;

import org.jspecify.annotations.NullMarked;
