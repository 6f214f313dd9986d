/** Triggers: what they are, and the runs that they launch. */
@NullMarked
package io.retort.trigger;

import org.jspecify.annotations.NullMarked;
