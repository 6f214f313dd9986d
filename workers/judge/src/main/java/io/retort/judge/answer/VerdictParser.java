package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.v1.Difficulty;
import io.retort.v1.Verdict;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code {"critique": "...", "difficulty": "HARD"}}, or the difficulty alone. */
public final class VerdictParser implements AnswerParser<Verdict> {
  private static final int LONGEST = "MEDIUM".length();

  @Override
  public Verdict parse(ChatAnswer answer) throws UnusableAnswerException {
    String text = AnswerText.of(answer);
    Optional<Difficulty> word = difficulty(text);
    if (word.isPresent()) {
      return Verdict.newBuilder().setDifficulty(word.get()).build();
    }
    JsonAnswer json = JsonAnswer.parse(text);
    Difficulty difficulty =
        difficulty(json.string("difficulty"))
            .orElseThrow(() -> JsonAnswer.unparsed(text, "difficulty as SIMPLE, MEDIUM or HARD"));
    return Verdict.newBuilder()
        .setDifficulty(difficulty)
        .setCritique(json.string("critique"))
        .build();
  }

  private static Optional<Difficulty> difficulty(String word) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    return switch (word.toUpperCase(Locale.ROOT)) {
      case "SIMPLE" -> Optional.of(Difficulty.DIFFICULTY_SIMPLE);
      case "MEDIUM" -> Optional.of(Difficulty.DIFFICULTY_MEDIUM);
      case "HARD" -> Optional.of(Difficulty.DIFFICULTY_HARD);
      default -> Optional.empty();
    };
  }
}
