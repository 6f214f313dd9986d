/** The student model before it is trained: its folder and its tokenizer. */
@NullMarked
package io.retort.student;

import org.jspecify.annotations.NullMarked;
