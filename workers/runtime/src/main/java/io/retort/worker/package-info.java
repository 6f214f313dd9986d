/** Common parts of all JVM processes: configuration, metrics and the Temporal connection. */
@NullMarked
package io.retort.worker;

import org.jspecify.annotations.NullMarked;
