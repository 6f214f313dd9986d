package io.retort.release.report;

/** Names in charts, whose text does not wrap. */
final class Label {
  private static final String LEFT_OUT = "…";
  private static final String NARROW = "fijlrtI1 .,:;'|!()[]-/";
  private static final String WIDE = "mwMW@%";

  /** The name, or its beginning and its end where it would be wider than so many pixels. */
  static String fit(String name, int pixels) {
    int[] points = name.codePoints().toArray();
    if (width(points, 0, points.length) <= pixels) {
      return name;
    }
    int kept = points.length - 1;
    while (kept > 2
        && width(points, 0, (kept + 1) / 2) + width(points, points.length - kept / 2, points.length)
            > pixels - width(LEFT_OUT)) {
      kept--;
    }
    return new String(points, 0, (kept + 1) / 2)
        + LEFT_OUT
        + new String(points, points.length - kept / 2, kept / 2);
  }

  /** An upper bound of the width in pixels, at the charts' size of letters. */
  static int width(String text) {
    int[] points = text.codePoints().toArray();
    return width(points, 0, points.length);
  }

  private static int width(int[] points, int from, int to) {
    int width = 0;
    for (int index = from; index < to; index++) {
      width += width(points[index]);
    }
    return width;
  }

  private static int width(int point) {
    if (NARROW.indexOf(point) >= 0) {
      return 5;
    }
    if (WIDE.indexOf(point) >= 0 || point >= 0x370) {
      return 13;
    }
    return Character.isUpperCase(point) ? 9 : 7;
  }

  private Label() {}
}
