package io.retort.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers that equal the gold answer only word by word, ignoring case, surrounding blanks and end
 * punctuation.
 *
 * <p>Implements the same rules as the trainer's {@code answers.py}; {@code answer_cases.jsonl} of
 * the trainer tests both.
 */
final class ExactAnswer {
  private static final String QUOTES = "*\"'`";
  private static final String END_PUNCTUATION = ".!?,;: \t";
  private static final Pattern WRAPPED =
      Pattern.compile("\\\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox)\\s?\\{([^{}]*)\\}");

  /** Checks a text by its stated answer, or else by the whole text or its last line. */
  static AnswerCheck check(String gold, String text) {
    String conclusion = Quotations.removed(Thoughts.conclusion(text));
    List<String> lines = conclusion.lines().filter(line -> !line.isBlank()).toList();
    Optional<String> stated = StatedAnswer.find(text);
    List<String> candidates = new ArrayList<>();
    if (stated.isPresent()) {
      candidates.add(stated.get());
      // A name can contain an apparent end of sentence: "St. Petersburg".
      Statements.wholeSentence(conclusion)
          .filter(sentence -> sentence.contains(stated.get()))
          .ifPresent(candidates::add);
    } else if (!lines.isEmpty()) {
      candidates.add(conclusion);
      candidates.add(lines.get(lines.size() - 1));
    }
    for (String candidate : candidates) {
      if (isSame(gold, candidate)) {
        return AnswerCheck.correct(bare(candidate));
      }
    }
    return stated
        .map(answer -> AnswerCheck.wrong(bare(answer), gold))
        .orElseGet(() -> AnswerCheck.unknown("no final answer"));
  }

  static AnswerCheck compare(String gold, String answer) {
    return isSame(gold, answer)
        ? AnswerCheck.correct(bare(answer))
        : AnswerCheck.wrong(bare(answer), gold);
  }

  /** Whether a text contains the gold answer as whole words. */
  static boolean mentioned(String text, String gold) {
    String words = bare(gold);
    return !words.isEmpty()
        && Pattern.compile("(?iu)(?<![\\p{L}\\p{N}])" + Pattern.quote(words) + "(?![\\p{L}\\p{N}])")
            .matcher(text)
            .find();
  }

  static boolean isSame(String gold, String answer) {
    String bare = folded(answer);
    return !bare.isEmpty() && bare.equals(folded(gold));
  }

  private static String folded(String answer) {
    return bare(answer).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  private static String bare(String answer) {
    String content = answer;
    Matcher wrapped =
        WRAPPED.matcher(trimmed(answer, QUOTES + "$", QUOTES + END_PUNCTUATION + "$"));
    while (wrapped.matches()) {
      content = wrapped.group(1);
      wrapped.reset(trimmed(content, QUOTES + "$", QUOTES + END_PUNCTUATION + "$"));
    }
    return trimmed(content, QUOTES, QUOTES + END_PUNCTUATION);
  }

  private static String trimmed(String text, String atStart, String atEnd) {
    int start = 0;
    int end = text.length();
    while (start < end && isIn(atStart, text.charAt(start))) {
      start++;
    }
    while (end > start && isIn(atEnd, text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isIn(String characters, char character) {
    return characters.indexOf(character) >= 0 || Character.isWhitespace(character);
  }

  private ExactAnswer() {}
}
