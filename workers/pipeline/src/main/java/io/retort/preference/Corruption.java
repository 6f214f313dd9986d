package io.retort.preference;

import io.retort.v1.CorruptionKind;

/**
 * A corrupted version of a chain.
 *
 * @param answer the answer that it concludes; the gold answer if only the steps are wrong
 */
record Corruption(String chain, String answer, CorruptionKind kind) {}
