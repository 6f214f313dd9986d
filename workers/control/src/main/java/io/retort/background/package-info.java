/** Work of the control plane that Temporal schedules. */
@NullMarked
package io.retort.background;

import org.jspecify.annotations.NullMarked;
