/** Generation and scoring. */
@NullMarked
package io.retort.evaluation;

import org.jspecify.annotations.NullMarked;
