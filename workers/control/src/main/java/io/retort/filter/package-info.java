/** The filter language of lists: a subset of AIP-160. */
@NullMarked
package io.retort.filter;

import org.jspecify.annotations.NullMarked;
