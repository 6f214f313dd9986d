/** Findings of {@code retort doctor} about this machine and the store. */
@NullMarked
package io.retort.doctor;

import org.jspecify.annotations.NullMarked;
