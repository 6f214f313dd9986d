/** Python processes of the trainer's package that answer questions of one JSON object each. */
@NullMarked
package io.retort.python;

import org.jspecify.annotations.NullMarked;
