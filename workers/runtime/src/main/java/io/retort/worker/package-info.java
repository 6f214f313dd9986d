/** What every JVM process of the platform needs: configuration, metrics, a Temporal connection. */
@NullMarked
package io.retort.worker;

import org.jspecify.annotations.NullMarked;
