/** The gRPC judge worker: LLM-as-a-judge over OpenAI-compatible endpoints. */
@NullMarked
package io.retort.judge;

import org.jspecify.annotations.NullMarked;
