/** The HTTP protocol of OpenAI-compatible chat completion endpoints. */
@NullMarked
package io.retort.judge.wire;

import org.jspecify.annotations.NullMarked;
