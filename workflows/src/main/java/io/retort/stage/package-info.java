/** Stages of a run: what each reads, its fingerprint, and its result. */
@NullMarked
package io.retort.stage;

import org.jspecify.annotations.NullMarked;
