/** The process of the GPU driver. */
@NullMarked
package io.retort.driver;

import org.jspecify.annotations.NullMarked;
