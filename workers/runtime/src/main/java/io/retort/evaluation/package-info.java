/** Comparison of scores. */
@NullMarked
package io.retort.evaluation;

import org.jspecify.annotations.NullMarked;
