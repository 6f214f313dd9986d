/** The values of a chat completion: messages, request and answer, independent of any protocol. */
@NullMarked
package io.retort.judge.chat;

import org.jspecify.annotations.NullMarked;
