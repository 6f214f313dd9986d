package io.retort.ingest;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The words of a text for comparisons: lower case, letters and digits only. */
final class Words {
  private static final Pattern THOUSANDS = Pattern.compile("(?<=\\d),(?=\\d{3}(?!\\d))");

  private static final Set<UnicodeScript> WITHOUT_BLANKS =
      EnumSet.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.THAI,
          UnicodeScript.LAO,
          UnicodeScript.KHMER,
          UnicodeScript.MYANMAR);

  static boolean isNumber(String word) {
    return word.chars().allMatch(Character::isDigit);
  }

  /** 1,000 is one word; each character of a script without blanks between words is one word. */
  static List<String> of(String text) {
    String plain = THOUSANDS.matcher(text).replaceAll("").toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int index = 0; index < plain.length(); ) {
      int character = plain.codePointAt(index);
      int next = index + Character.charCount(character);
      boolean alone = standsAlone(character);
      boolean inWord = !alone && isWordPart(character);
      if (!inWord && start >= 0) {
        words.add(plain.substring(start, index));
        start = -1;
      }
      if (inWord && start < 0) {
        start = index;
      }
      if (alone) {
        words.add(plain.substring(index, next));
      }
      index = next;
    }
    if (start >= 0) {
      words.add(plain.substring(start));
    }
    return words;
  }

  private static boolean isWordPart(int character) {
    return Character.isLetterOrDigit(character)
        || Character.getType(character) == Character.NON_SPACING_MARK
        || Character.getType(character) == Character.COMBINING_SPACING_MARK;
  }

  private static boolean standsAlone(int character) {
    return Character.isLetter(character) && WITHOUT_BLANKS.contains(UnicodeScript.of(character));
  }

  private Words() {}
}
