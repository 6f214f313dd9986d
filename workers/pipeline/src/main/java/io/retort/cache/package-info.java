/** Answers of the judge, kept by content and shared across runs. */
@NullMarked
package io.retort.cache;

import org.jspecify.annotations.NullMarked;
