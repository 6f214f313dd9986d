package io.retort.preference;

import io.retort.v1.CorruptionKind;

/**
 * A wrong version of a chain.
 *
 * @param answer what it concludes; the gold answer where only the way there is wrong
 */
record Corruption(String chain, String answer, CorruptionKind kind) {}
