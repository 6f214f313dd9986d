package io.retort.answers;

/**
 * An answer that a text states, and where.
 *
 * @param marked by a box, a tag or hashes, not by words alone
 * @param question it is asked, not stated
 */
record Statement(int start, int end, String answer, boolean marked, boolean question) {
  static Statement marked(int start, int end, String answer) {
    return new Statement(start, end, answer, true, false);
  }
}
