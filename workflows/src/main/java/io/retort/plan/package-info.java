/** What a run would do, and whether it is accepted, found without running it. */
@NullMarked
package io.retort.plan;

import org.jspecify.annotations.NullMarked;
