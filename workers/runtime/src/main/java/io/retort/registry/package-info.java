/** The model registry: versions and aliases of models as objects of the store. */
@NullMarked
package io.retort.registry;

import org.jspecify.annotations.NullMarked;
