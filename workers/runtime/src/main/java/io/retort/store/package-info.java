/** The store: artifacts, manifests and rows, addressed by URI. */
@NullMarked
package io.retort.store;

import org.jspecify.annotations.NullMarked;
