/** What judge workers of the same endpoints tell each other. */
@NullMarked
package io.retort.judge.peer;

import org.jspecify.annotations.NullMarked;
