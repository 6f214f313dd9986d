/** Compares stages with earlier results, and checks locations before a run is accepted. */
@NullMarked
package io.retort.plan;

import org.jspecify.annotations.NullMarked;
