/** Calls of the judge workers, and what their failures mean. */
@NullMarked
package io.retort.judge.client;

import org.jspecify.annotations.NullMarked;
