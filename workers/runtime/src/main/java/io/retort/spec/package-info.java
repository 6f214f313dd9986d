/** The run spec for people: reading, checking and completing it. */
@NullMarked
package io.retort.spec;

import org.jspecify.annotations.NullMarked;
