/** What fires triggers. */
@NullMarked
package io.retort.trigger;

import org.jspecify.annotations.NullMarked;
