package io.retort.pages;

import com.google.common.net.UrlEscapers;

/** Addresses of pages. */
public final class Paths {
  /** A name as one segment of a path. */
  public static String segment(String name) {
    return UrlEscapers.urlPathSegmentEscaper().escape(name);
  }

  private Paths() {}
}
