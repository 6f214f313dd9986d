/** Subscriptions to events and their deliveries, in the store and in Temporal. */
@NullMarked
package io.retort.event;

import org.jspecify.annotations.NullMarked;
