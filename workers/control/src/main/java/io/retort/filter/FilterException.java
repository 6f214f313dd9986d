package io.retort.filter;

/** A filter that cannot be parsed. */
public final class FilterException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param position of the fault in the filter, from 1
   */
  FilterException(int position, String found, String expected) {
    super("at " + position + ": " + found + " (expected: " + expected + ")");
    this.position = position;
  }

  /** Of the first character that is at fault, from 1. */
  public int position() {
    return position;
  }
}
