@NullMarked
package io.retort.driver;

import org.jspecify.annotations.NullMarked;
