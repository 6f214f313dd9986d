/** The pair stage. */
@NullMarked
package io.retort.preference;

import org.jspecify.annotations.NullMarked;
