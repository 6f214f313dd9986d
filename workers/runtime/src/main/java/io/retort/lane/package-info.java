/** Policies of lanes in the store, and calls to their workflows. */
@NullMarked
package io.retort.lane;

import org.jspecify.annotations.NullMarked;
