/**
 * What every JVM process of the platform needs: configuration, metrics, a Temporal connection,
 * JSON.
 */
@NullMarked
package io.retort.worker;

import org.jspecify.annotations.NullMarked;
