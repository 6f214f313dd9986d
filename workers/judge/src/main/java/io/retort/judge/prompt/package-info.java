/** Versioned prompts, and the escaping of untrusted rows in them. */
@NullMarked
package io.retort.judge.prompt;

import org.jspecify.annotations.NullMarked;
