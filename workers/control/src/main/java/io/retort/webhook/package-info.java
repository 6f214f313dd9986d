/** Standard Webhooks: signatures, secrets, and calls to receivers. */
@NullMarked
package io.retort.webhook;

import org.jspecify.annotations.NullMarked;
