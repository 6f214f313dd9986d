/** Limits of how often something may happen. */
@NullMarked
package io.retort.rate;

import org.jspecify.annotations.NullMarked;
