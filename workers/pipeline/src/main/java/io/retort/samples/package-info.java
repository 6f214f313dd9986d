/** Measures of samples that more than one stage needs. */
@NullMarked
package io.retort.samples;

import org.jspecify.annotations.NullMarked;
