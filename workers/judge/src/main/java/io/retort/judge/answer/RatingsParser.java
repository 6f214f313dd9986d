package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.v1.Ratings;

/** Reads {@code {"verbosity": 4, "cognitive_difficulty": 2}}, each from 0 to 9. */
public final class RatingsParser implements AnswerParser<Ratings> {
  private static final int LARGEST = 9;

  @Override
  public Ratings parse(ChatAnswer answer) throws UnusableAnswerException {
    JsonAnswer json = JsonAnswer.parse(AnswerText.of(answer));
    return Ratings.newBuilder()
        .setVerbosity(json.integer("verbosity", 0, LARGEST))
        .setCognitiveDifficulty(json.integer("cognitive_difficulty", 0, LARGEST))
        .build();
  }
}
