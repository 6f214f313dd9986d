/** The run: its workflow, queues and records. */
@NullMarked
package io.retort.run;

import org.jspecify.annotations.NullMarked;
