/** Lanes: which runs of a pipeline run at once. */
@NullMarked
package io.retort.lane;

import org.jspecify.annotations.NullMarked;
