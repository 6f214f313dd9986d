/** Stage 2: preference pairs. */
@NullMarked
package io.retort.preference;

import org.jspecify.annotations.NullMarked;
