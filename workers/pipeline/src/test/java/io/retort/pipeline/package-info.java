/** What tests of the pipeline worker share. */
@NullMarked
package io.retort.pipeline;

import org.jspecify.annotations.NullMarked;
