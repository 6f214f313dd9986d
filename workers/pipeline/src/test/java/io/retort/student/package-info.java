@NullMarked
package io.retort.student;

import org.jspecify.annotations.NullMarked;
