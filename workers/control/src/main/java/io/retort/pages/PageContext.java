package io.retort.pages;

import io.retort.identity.Caller;

/**
 * What every page shows around its content.
 *
 * @param person who looks at it, and decides by its buttons
 * @param csrf token for its forms
 * @param path of the page, to mark the current entry of the navigation
 */
public record PageContext(Caller person, String csrf, String path) {
  /** The reader's name. */
  public String caller() {
    return person.name();
  }

  /** Whether the reader can log out. */
  public boolean loggedIn() {
    return person.isAuthenticated();
  }

  /**
   * Whether an entry of the navigation leads to this page or one above it.
   *
   * @param entry "/runs"
   */
  public boolean isIn(String entry) {
    return path.equals(entry) || path.startsWith(entry + "/");
  }
}
