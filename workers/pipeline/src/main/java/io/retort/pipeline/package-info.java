/** The pipeline worker process. */
@NullMarked
package io.retort.pipeline;

import org.jspecify.annotations.NullMarked;
