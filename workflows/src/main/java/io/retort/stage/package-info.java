/** Stages of a run: their spec fields, fingerprints and results. */
@NullMarked
package io.retort.stage;

import org.jspecify.annotations.NullMarked;
