/** Looks at the locations that triggers watch. */
@NullMarked
package io.retort.trigger;

import org.jspecify.annotations.NullMarked;
