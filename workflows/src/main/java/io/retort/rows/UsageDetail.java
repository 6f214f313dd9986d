package io.retort.rows;

import io.retort.enums.EnumText;
import io.retort.v1.CacheStatus;
import io.retort.v1.Usage;
import java.util.Locale;

/** Cost and cache use of a row stage's calls, for the stage's detail. */
public final class UsageDetail {
  /** Begins with a comma; empty where there is nothing to report. */
  public static String of(Usage usage, CacheStatus cache) {
    String cost =
        usage.getCost() > 0 ? String.format(Locale.ROOT, ", cost %.4f", usage.getCost()) : "";
    return cache == CacheStatus.CACHE_STATUS_UNSPECIFIED
        ? cost
        : cost + ", cache " + EnumText.shortName(cache);
  }

  private UsageDetail() {}
}
