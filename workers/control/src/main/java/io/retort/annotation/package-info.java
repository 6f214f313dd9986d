/** What people add to runs: labels, notes, deletions. */
@NullMarked
package io.retort.annotation;

import org.jspecify.annotations.NullMarked;
