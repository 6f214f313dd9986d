/** Calls of the services without a connection. */
@NullMarked
package io.retort.call;

import org.jspecify.annotations.NullMarked;
