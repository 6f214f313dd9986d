/** Statistics of samples that several stages use. */
@NullMarked
package io.retort.samples;

import org.jspecify.annotations.NullMarked;
