package io.retort.filter;

/** Reads the tokens of a filter. Positions in messages count from 1. */
final class FilterScanner {
  private static final String OPERATOR_CHARACTERS = "=!<>:";
  private static final int SHOWN_CHARACTERS = 20;

  private final String text;
  private int next;

  FilterScanner(String text) {
    this.text = text;
  }

  /** Of the next token, from 1. */
  int position() {
    skipSpace();
    return next + 1;
  }

  boolean atEnd() {
    skipSpace();
    return next == text.length();
  }

  /** Takes the character if it comes next. */
  boolean take(char wanted) {
    skipSpace();
    if (next < text.length() && text.charAt(next) == wanted) {
      next++;
      return true;
    }
    return false;
  }

  /** Takes the word if it comes next as a whole. */
  boolean takeWord(String word) {
    skipSpace();
    int end = next + word.length();
    if (!text.startsWith(word, next)
        || (end < text.length()
            && !Character.isWhitespace(text.charAt(end))
            && text.charAt(end) != '('
            && text.charAt(end) != ')')) {
      return false;
    }
    next = end;
    return true;
  }

  /** A field's name; a quoted part of it, as in {@code label."a b"}, is taken without quotes. */
  String field() throws FilterException {
    skipSpace();
    StringBuilder name = new StringBuilder();
    while (next < text.length() && isFieldCharacter(text.charAt(next))) {
      name.append(text.charAt(next++));
    }
    if (name.length() > 0
        && name.charAt(name.length() - 1) == '.'
        && next < text.length()
        && isQuote(text.charAt(next))) {
      name.append(quoted());
    }
    return name.toString();
  }

  /** Empty if no operator comes next. */
  String operator() {
    skipSpace();
    int begin = next;
    while (next < text.length()
        && next < begin + 2
        && OPERATOR_CHARACTERS.indexOf(text.charAt(next)) >= 0
        && (next == begin || text.charAt(next) == '=')) {
      next++;
    }
    return text.substring(begin, next);
  }

  /** A quoted or plain value; empty if none comes next, which an empty quoted value is not. */
  String value(String expected) throws FilterException {
    skipSpace();
    if (next < text.length() && isQuote(text.charAt(next))) {
      return quoted();
    }
    int begin = next;
    while (next < text.length() && isPlain(text.charAt(next))) {
      next++;
    }
    if (begin == next) {
      throw new FilterException(begin + 1, found(), expected);
    }
    return text.substring(begin, next);
  }

  /** Describes what comes next, for messages. */
  String found() {
    skipSpace();
    if (next == text.length()) {
      return "the end of the filter";
    }
    int end = Math.min(text.length(), next + SHOWN_CHARACTERS);
    return "\"" + text.substring(next, end) + (end < text.length() ? "..." : "") + "\"";
  }

  private String quoted() throws FilterException {
    int begin = next;
    char quote = text.charAt(next++);
    StringBuilder value = new StringBuilder();
    while (next < text.length() && text.charAt(next) != quote) {
      if (text.charAt(next) == '\\' && next + 1 < text.length()) {
        next++;
      }
      value.append(text.charAt(next++));
    }
    if (next == text.length()) {
      throw new FilterException(begin + 1, "a text without an end", "a closing " + quote);
    }
    next++;
    return value.toString();
  }

  private void skipSpace() {
    while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
      next++;
    }
  }

  private static boolean isQuote(char character) {
    return character == '"' || character == '\'';
  }

  private static boolean isFieldCharacter(char character) {
    return Character.isLetterOrDigit(character) || "_./-".indexOf(character) >= 0;
  }

  private static boolean isPlain(char character) {
    return !Character.isWhitespace(character) && "()\"',".indexOf(character) < 0;
  }
}
