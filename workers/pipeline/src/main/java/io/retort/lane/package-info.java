/** Activities of lanes. */
@NullMarked
package io.retort.lane;

import org.jspecify.annotations.NullMarked;
