package io.retort.answers;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The final answer that a text states outright. */
public final class StatedAnswer {
  private static final Pattern BOXED = Pattern.compile("\\\\(?:boxed|framebox)\\s{0,3}\\{");
  private static final Pattern HASHES =
      Pattern.compile("(?m)^[ \\t]{0,8}####[ \\t]{0,8}([^\\n]{1,400})$");
  private static final Pattern SENTENCE =
      Pattern.compile(
          "(?i)\\banswer[\"'*]{0,3}\\s{0,3}(?:is|are|=|:)[*]{0,2}\\s{0,3}:?\\s{0,3}(?=([^\\n]{1,400}))");
  private static final Pattern SENTENCE_END = Pattern.compile("(?<=\\S)[.!](?:\\s|$)");

  /**
   * The content of the last {@code \boxed{...}}; else of the last {@code #### ...} line; else of
   * the last sentence like "the answer is ...", up to the end of that sentence. Empty when the text
   * states none, or only in a quotation.
   */
  public static Optional<String> find(String text) {
    String own = Quotations.removed(text);
    return lastBoxed(own).or(() -> lastHashes(own)).or(() -> lastSentence(own));
  }

  /** The content of the last well-formed {@code \boxed{...}}, braces balanced. */
  public static Optional<String> lastBoxed(String text) {
    Matcher matcher = BOXED.matcher(text);
    String last = null;
    while (matcher.find()) {
      int end = closingBrace(text, matcher.end());
      if (end > matcher.end()) {
        last = text.substring(matcher.end(), end);
      }
    }
    return Optional.ofNullable(last).map(String::strip).filter(content -> !content.isEmpty());
  }

  /** What stands behind the last "the answer is", to the end of its line. */
  static Optional<String> wholeSentence(String text) {
    return lastGroup(SENTENCE, text);
  }

  private static Optional<String> lastHashes(String text) {
    return lastGroup(HASHES, text).filter(content -> !content.isEmpty());
  }

  private static Optional<String> lastSentence(String text) {
    return lastGroup(SENTENCE, text)
        .map(
            content -> {
              Matcher end = SENTENCE_END.matcher(content);
              String answer = end.find() ? content.substring(0, end.start()) : content;
              return answer.replace("**", "");
            })
        .map(StatedAnswer::withoutQuotes)
        .filter(content -> !content.isEmpty());
  }

  private static Optional<String> lastGroup(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    String last = null;
    while (matcher.find()) {
      last = matcher.group(1).isBlank() ? last : matcher.group(1);
    }
    return Optional.ofNullable(last).map(String::strip);
  }

  private static String withoutQuotes(String content) {
    int start = 0;
    int end = content.length();
    while (start < end && "\"'*` ".indexOf(content.charAt(start)) >= 0) {
      start++;
    }
    // {"answer": "72"}
    boolean foreignBrace = count(content, '{') < count(content, '}');
    String marks = foreignBrace ? "\"'*`.} " : "\"'*`. ";
    while (end > start && marks.indexOf(content.charAt(end - 1)) >= 0) {
      end--;
    }
    return content.substring(start, end);
  }

  private static long count(String text, char character) {
    return text.chars().filter(found -> found == character).count();
  }

  /** Index of the brace that closes the one before {@code start}; -1 when none does. */
  static int closingBrace(String text, int start) {
    int depth = 1;
    // An answer is short: a brace that stays open must not make this quadratic.
    int limit = Math.min(text.length(), start + 2_000);
    for (int index = start; index < limit; index++) {
      char character = text.charAt(index);
      if (character == '{') {
        depth++;
      } else if (character == '}' && --depth == 0) {
        return index;
      }
    }
    return -1;
  }

  private StatedAnswer() {}
}
