/** The durable record of a run. */
@NullMarked
package io.retort.run;

import org.jspecify.annotations.NullMarked;
