/** Trainers on Ray. */
@NullMarked
package io.retort.ray;

import org.jspecify.annotations.NullMarked;
