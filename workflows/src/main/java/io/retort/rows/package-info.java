/** Stages that work on the rows of a data set one by one, shard by shard. */
@NullMarked
package io.retort.rows;

import org.jspecify.annotations.NullMarked;
