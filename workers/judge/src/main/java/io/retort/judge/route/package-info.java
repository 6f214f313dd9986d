/** Choice of the endpoint for a row, calls of one endpoint, and failover. */
@NullMarked
package io.retort.judge.route;

import org.jspecify.annotations.NullMarked;
