/** The response cache: answers of the judge, keyed by content and shared across runs. */
@NullMarked
package io.retort.cache;

import org.jspecify.annotations.NullMarked;
