/** Calls of other systems that fire triggers. */
@NullMarked
package io.retort.hook;

import org.jspecify.annotations.NullMarked;
