/** Final answers: where a text states one, and whether it is the gold answer. */
@NullMarked
package io.retort.answers;

import org.jspecify.annotations.NullMarked;
