package io.retort.trigger;

/** Bounds of the new files of a watched location. */
public final class NewFiles {
  /** Files that are named, which is also what one run takes over. */
  public static final int MOST_NAMED = 1000;

  private NewFiles() {}
}
