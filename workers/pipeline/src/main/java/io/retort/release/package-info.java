/** Versions, aliases, provenance and the report of a run. */
@NullMarked
package io.retort.release;

import org.jspecify.annotations.NullMarked;
