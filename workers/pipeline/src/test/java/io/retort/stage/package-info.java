@NullMarked
package io.retort.stage;

import org.jspecify.annotations.NullMarked;
