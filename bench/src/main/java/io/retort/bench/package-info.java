/** Benchmarks against comparable tools in one run. Linux only: processes are read from /proc. */
@NullMarked
package io.retort.bench;

import org.jspecify.annotations.NullMarked;
