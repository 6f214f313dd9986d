/** Where the objects of a run are stored. */
@NullMarked
package io.retort.layout;

import org.jspecify.annotations.NullMarked;
