package io.retort.judge.answer;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Repairs an answer that is almost one JSON object, if its meaning is unambiguous: in a code fence,
 * among a few filler words, with line breaks in its strings, or with the single backslashes of
 * LaTeX.
 */
final class NearlyJson {
  private static final int LONGEST_WORDS = 200;
  private static final Pattern BEGIN_OF_FENCE = Pattern.compile("`{3,8}[ \\t]?\\w*\\s*\\z");
  private static final Pattern END_OF_FENCE = Pattern.compile("\\A\\s*`{3,8}");
  // Some models put their final answer between these.
  private static final String BEGIN_OF_BOX = "<|begin_of_box|>";
  private static final String END_OF_BOX = "<|end_of_box|>";
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s.,:;!?*#-]+");
  // Any other word may mean that the object is a quotation of the row, or not the final one.
  private static final Set<String> FILLERS =
      Set.of(
          ("sure certainly okay ok of course here here's is are my the this your final json"
                  + " assessment evaluation verdict answer result rating ratings judgment judgement"
                  + " response output object requested in format below let me know if you have any"
                  + " questions need anything else more i hope helps please feel free to ask further"
                  + " help")
              .split(" "));

  private final String text;
  private final Escapes escapes;
  private final StringBuilder json;

  private NearlyJson(String text) {
    this.text = text;
    escapes = new Escapes(text);
    json = new StringBuilder(text.length() + 16);
  }

  /**
   * @throws UnusableAnswerException when there is no object or it is ambiguous
   */
  static String read(String text) throws UnusableAnswerException {
    return new NearlyJson(text).read();
  }

  private String read() throws UnusableAnswerException {
    int start = text.indexOf('{');
    if (start < 0) {
      throw JsonAnswer.unparsed(text, "one JSON object");
    }
    int end = copyObject(start);
    if (start > 0) {
      String words = text.substring(0, start).replace(BEGIN_OF_BOX, "");
      checkWords(BEGIN_OF_FENCE.matcher(words).replaceFirst(""));
    }
    if (end < text.length()) {
      String words = TurnTokens.cut(text.substring(end)).replace(END_OF_BOX, "");
      checkWords(END_OF_FENCE.matcher(words).replaceFirst(""));
    }
    return json.toString();
  }

  /** Copies the object at {@code start} and returns the index of its end. */
  private int copyObject(int start) throws UnusableAnswerException {
    int depth = 0;
    boolean inString = false;
    int index = start;
    while (index < text.length()) {
      char character = text.charAt(index);
      if (inString && character == '\\') {
        index = escapes.copy(index, json);
        continue;
      }
      if (character == '"') {
        inString = !inString;
      }
      if (inString && character < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
      } else {
        json.append(character);
      }
      index++;
      if (!inString && character == '{') {
        depth++;
      } else if (!inString && character == '}') {
        depth--;
        if (depth == 0) {
          return index;
        }
      }
    }
    throw JsonAnswer.unparsed(text, "one JSON object; it is incomplete");
  }

  private void checkWords(String words) throws UnusableAnswerException {
    String fillers = words.strip().toLowerCase(Locale.ROOT).replace('\u2019', '\'');
    boolean known =
        fillers.length() <= LONGEST_WORDS
            && BETWEEN_WORDS
                .splitAsStream(fillers)
                .allMatch(word -> word.isEmpty() || FILLERS.contains(word));
    if (!known) {
      throw JsonAnswer.unparsed(
          text, "one JSON object and nothing else; unexpected: " + Excerpts.of(words));
    }
  }
}
