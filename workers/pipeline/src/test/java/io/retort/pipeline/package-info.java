/** Shared parts of the pipeline worker's tests. */
@NullMarked
package io.retort.pipeline;

import org.jspecify.annotations.NullMarked;
