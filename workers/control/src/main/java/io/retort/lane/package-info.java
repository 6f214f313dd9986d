/** Lanes as the control plane shows them. */
@NullMarked
package io.retort.lane;

import org.jspecify.annotations.NullMarked;
