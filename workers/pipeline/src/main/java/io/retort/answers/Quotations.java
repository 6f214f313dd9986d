package io.retort.answers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quotations that state an answer, such as an instruction in the data or the words of another
 * person. They are not conclusions. A quotation of only a formula does not count as one.
 */
final class Quotations {
  private static final Pattern QUOTATION =
      Pattern.compile(
          "(?mU)(?<![^\\s(:,])(?:\"(?=\\S)[^\"\\n]{3,400}\"|“[^”\\n]{3,400}”|«[^»\\n]{3,400}»)(?!\\w)"
              + "|^[ \\t]{0,3}>[^\\n]{3,400}");
  private static final String OPENING = "\"“«>";
  private static final Pattern WORD = Pattern.compile("\\p{L}");

  static String removed(String text) {
    if (OPENING.chars().noneMatch(mark -> text.indexOf(mark) >= 0)) {
      return text;
    }
    Matcher matcher = QUOTATION.matcher(text);
    StringBuilder rest = new StringBuilder();
    int copied = 0;
    while (matcher.find()) {
      if (states(matcher.group())) {
        rest.append(text, copied, matcher.start());
        copied = matcher.end();
      }
    }
    return copied == 0 ? text : rest.append(text, copied, text.length()).toString();
  }

  private static boolean states(String quotation) {
    Matcher boxed = StatementPatterns.BOXED.matcher(quotation);
    if (boxed.find()) {
      int end = Math.max(0, Statements.closingBrace(quotation, boxed.end() + 1));
      String words = quotation.substring(0, boxed.start()) + quotation.substring(end);
      return WORD.matcher(words).find();
    }
    return StatementPatterns.SENTENCE.matcher(quotation).find() || quotation.contains("####");
  }

  private Quotations() {}
}
