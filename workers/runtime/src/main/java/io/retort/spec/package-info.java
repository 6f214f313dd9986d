/** Reading, validation and defaults of the run spec. */
@NullMarked
package io.retort.spec;

import org.jspecify.annotations.NullMarked;
