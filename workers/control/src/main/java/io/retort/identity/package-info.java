/** Who calls the control plane, and what they may do. */
@NullMarked
package io.retort.identity;

import org.jspecify.annotations.NullMarked;
