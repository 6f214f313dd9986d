package io.retort.answers;

/**
 * An answer that a text states, with its position.
 *
 * @param marked by a box, a tag or hashes, not only by words
 * @param question whether the text asks it instead of stating it
 */
record Statement(int start, int end, String answer, boolean marked, boolean question) {
  static Statement marked(int start, int end, String answer) {
    return new Statement(start, end, answer, true, false);
  }
}
