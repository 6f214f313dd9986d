/** Strict reading of model answers: a value, or a named reason why there is none. */
@NullMarked
package io.retort.judge.answer;

import org.jspecify.annotations.NullMarked;
