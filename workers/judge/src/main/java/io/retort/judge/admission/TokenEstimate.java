package io.retort.judge.admission;

import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;

/** Estimate of the tokens of a call, before it is sent. */
final class TokenEstimate {
  private static final int CHARACTERS_PER_TOKEN = 4;
  // Few answers reach their limit, and an estimate far too high would leave the rate limit unused.
  private static final int LARGEST_ANSWER = 1024;

  static long of(ChatRequest request) {
    long characters = 0;
    for (ChatMessage message : request.messages()) {
      characters += message.content().length();
    }
    int answer =
        request.maxTokens() == 0 ? LARGEST_ANSWER : Math.min(request.maxTokens(), LARGEST_ANSWER);
    return characters / CHARACTERS_PER_TOKEN + answer;
  }

  private TokenEstimate() {}
}
