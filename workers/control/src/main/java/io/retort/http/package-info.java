/**
 * HTTP on the port of the API: JSON for every rpc that has a {@code google.api.http} option, events
 * for streams, OpenAPI, health, metrics, limits and errors.
 */
@NullMarked
package io.retort.http;

import org.jspecify.annotations.NullMarked;
