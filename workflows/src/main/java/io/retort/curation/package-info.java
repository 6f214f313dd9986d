/** Stage 1: evaluate, improve and validate chains of thought. */
@NullMarked
package io.retort.curation;

import org.jspecify.annotations.NullMarked;
