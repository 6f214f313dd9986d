/** Scoring of generated answers. */
@NullMarked
package io.retort.evaluation;

import org.jspecify.annotations.NullMarked;
