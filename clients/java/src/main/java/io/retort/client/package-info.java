/** Client of the control plane. {@link io.retort.client.RetortClient} is where to begin. */
@NullMarked
package io.retort.client;

import org.jspecify.annotations.NullMarked;
