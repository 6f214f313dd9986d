package io.retort.judge.endpoint;

/** Tokens that a call will likely count, guessed before it is sent. */
final class TokenEstimate {
  private static final int CHARACTERS_PER_TOKEN = 4;
  // Few answers use up their limit; a guess far too high would idle until it is corrected.
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
