/** The {@code retort} command: client of the control plane. */
@NullMarked
package io.retort.cli;

import org.jspecify.annotations.NullMarked;
