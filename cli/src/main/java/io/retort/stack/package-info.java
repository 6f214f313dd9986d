/** The embedded stack: every process of the platform on one machine, supervised. */
@NullMarked
package io.retort.stack;

import org.jspecify.annotations.NullMarked;
