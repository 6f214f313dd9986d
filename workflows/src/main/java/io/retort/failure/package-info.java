/** Failure categories across processes. */
@NullMarked
package io.retort.failure;

import org.jspecify.annotations.NullMarked;
