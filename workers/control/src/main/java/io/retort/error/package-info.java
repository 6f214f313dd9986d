/** Errors of the API. */
@NullMarked
package io.retort.error;

import org.jspecify.annotations.NullMarked;
