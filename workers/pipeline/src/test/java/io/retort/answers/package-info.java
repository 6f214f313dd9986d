/** Final answers: finding them in texts, and comparing them with the gold answer. */
@NullMarked
package io.retort.answers;

import org.jspecify.annotations.NullMarked;
