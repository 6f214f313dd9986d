/** The worker's clock, and the deadline and cancellation of a call. */
@NullMarked
package io.retort.judge.time;

import org.jspecify.annotations.NullMarked;
