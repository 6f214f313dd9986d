/** Data sets for use outside Retort: curated samples and preference pairs. */
@NullMarked
package io.retort.export;

import org.jspecify.annotations.NullMarked;
