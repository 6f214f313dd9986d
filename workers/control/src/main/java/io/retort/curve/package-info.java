/** Curves of trainings, thinned for those who look at them. */
@NullMarked
package io.retort.curve;

import org.jspecify.annotations.NullMarked;
