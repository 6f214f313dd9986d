/** Results of stages in the store. */
@NullMarked
package io.retort.stage;

import org.jspecify.annotations.NullMarked;
