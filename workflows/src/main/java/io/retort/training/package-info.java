/** SFT and CogPO on Ray. */
@NullMarked
package io.retort.training;

import org.jspecify.annotations.NullMarked;
