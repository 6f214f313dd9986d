/** Calls to the judge workers and the mapping of their failures. */
@NullMarked
package io.retort.judge.client;

import org.jspecify.annotations.NullMarked;
