/** Categorised failures of judge calls and their gRPC form. */
@NullMarked
package io.retort.judge.failure;

import org.jspecify.annotations.NullMarked;
