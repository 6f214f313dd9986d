/** Versioned prompts, and how untrusted rows are put into them. */
@NullMarked
package io.retort.judge.prompt;

import org.jspecify.annotations.NullMarked;
