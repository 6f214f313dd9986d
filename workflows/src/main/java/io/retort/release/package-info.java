/** Export, registry and report. */
@NullMarked
package io.retort.release;

import org.jspecify.annotations.NullMarked;
