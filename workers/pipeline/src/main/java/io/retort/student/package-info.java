/** The student model before training: its folder and its tokenizer. */
@NullMarked
package io.retort.student;

import org.jspecify.annotations.NullMarked;
