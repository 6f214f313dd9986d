/** What the control plane and the pipeline worker share of triggers. */
@NullMarked
package io.retort.trigger;

import org.jspecify.annotations.NullMarked;
