@NullMarked
package io.retort.plan;

import org.jspecify.annotations.NullMarked;
