@NullMarked
package io.retort.samples;

import org.jspecify.annotations.NullMarked;
