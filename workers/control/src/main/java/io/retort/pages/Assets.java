package io.retort.pages;

/** Addresses of scripts and style sheets, for templates. */
public final class Assets {
  public static String style() {
    return Asset.STYLE.path();
  }

  public static String chartStyle() {
    return Asset.CHART_STYLE.path();
  }

  public static String script() {
    return Asset.SCRIPT.path();
  }

  public static String htmx() {
    return Asset.HTMX.path();
  }

  public static String events() {
    return Asset.EVENTS.path();
  }

  public static String charts() {
    return Asset.CHARTS.path();
  }

  private Assets() {}
}
