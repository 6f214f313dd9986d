package io.retort.pages;

/**
 * What every page shows around its content.
 *
 * @param caller who looks at it, and decides by its buttons
 * @param loggedIn whether it can log out
 * @param csrf token for its forms
 * @param path of the page, to mark the current entry of the navigation
 */
public record PageContext(String caller, boolean loggedIn, String csrf, String path) {
  /**
   * Whether an entry of the navigation leads to this page or one above it.
   *
   * @param entry "/runs"
   */
  public boolean isIn(String entry) {
    return path.equals(entry) || path.startsWith(entry + "/");
  }
}
