/** Cool-downs that judge workers of the same endpoints report to each other. */
@NullMarked
package io.retort.judge.peer;

import org.jspecify.annotations.NullMarked;
