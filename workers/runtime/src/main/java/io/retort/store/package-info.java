/** The one store, addressed by URI: artifacts, manifests and rows. */
@NullMarked
package io.retort.store;

import org.jspecify.annotations.NullMarked;
