/** Common parts of every JVM process: configuration, metrics, a Temporal connection. */
@NullMarked
package io.retort.worker;

import org.jspecify.annotations.NullMarked;
