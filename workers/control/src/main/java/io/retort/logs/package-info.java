/** Logs of runs in the store. */
@NullMarked
package io.retort.logs;

import org.jspecify.annotations.NullMarked;
