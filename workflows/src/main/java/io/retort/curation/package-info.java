/** The curate stage. */
@NullMarked
package io.retort.curation;

import org.jspecify.annotations.NullMarked;
