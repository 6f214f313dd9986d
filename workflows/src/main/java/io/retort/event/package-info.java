/** Events that subscribers are told of, and their delivery. */
@NullMarked
package io.retort.event;

import org.jspecify.annotations.NullMarked;
