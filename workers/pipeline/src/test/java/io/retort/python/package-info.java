@NullMarked
package io.retort.python;

import org.jspecify.annotations.NullMarked;
