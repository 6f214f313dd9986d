/** Strict parsers of model answers: a value, or a typed reason why there is none. */
@NullMarked
package io.retort.judge.answer;

import org.jspecify.annotations.NullMarked;
