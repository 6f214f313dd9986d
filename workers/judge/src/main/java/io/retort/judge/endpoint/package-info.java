/** Asynchronous client of OpenAI-compatible chat completion endpoints. */
@NullMarked
package io.retort.judge.endpoint;

import org.jspecify.annotations.NullMarked;
