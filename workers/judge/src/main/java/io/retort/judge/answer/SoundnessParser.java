package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import java.util.Locale;

/** Reads {@code {"reason": "...", "sound": true}}, or exactly SOUND or UNSOUND. */
public final class SoundnessParser implements AnswerParser<Soundness> {
  @Override
  public Soundness parse(ChatAnswer answer) throws UnusableAnswerException {
    String text = AnswerText.of(answer);
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "SOUND" -> new Soundness(true, "");
      case "UNSOUND" -> new Soundness(false, "");
      default -> {
        JsonAnswer json = JsonAnswer.parse(text);
        yield new Soundness(json.bool("sound"), json.string("reason"));
      }
    };
  }
}
