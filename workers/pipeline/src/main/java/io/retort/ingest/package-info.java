/** Reads rows into data set snapshots. */
@NullMarked
package io.retort.ingest;

import org.jspecify.annotations.NullMarked;
