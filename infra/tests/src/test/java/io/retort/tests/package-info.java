/** Tests of the whole platform with real parts. */
@NullMarked
package io.retort.tests;

import org.jspecify.annotations.NullMarked;
