/** The platform as a whole, on real parts. */
@NullMarked
package io.retort.tests;

import org.jspecify.annotations.NullMarked;
