/** The API of subscriptions, and the delivery of events to their receivers. */
@NullMarked
package io.retort.subscription;

import org.jspecify.annotations.NullMarked;
