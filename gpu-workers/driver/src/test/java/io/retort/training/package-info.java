@NullMarked
package io.retort.training;

import org.jspecify.annotations.NullMarked;
