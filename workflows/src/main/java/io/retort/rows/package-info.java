/** Work over the shards of a data set. */
@NullMarked
package io.retort.shard;

import org.jspecify.annotations.NullMarked;
