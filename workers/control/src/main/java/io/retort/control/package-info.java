/** The control plane: {@code RunService} over Temporal and the store. */
@NullMarked
package io.retort.control;

import org.jspecify.annotations.NullMarked;
