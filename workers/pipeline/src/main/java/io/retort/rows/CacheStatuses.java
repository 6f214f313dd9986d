package io.retort.rows;

import io.retort.v1.CacheMode;
import io.retort.v1.CacheStatus;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.Usage;

/** How the response cache was used in a stage. */
public final class CacheStatuses {
  public static CacheStatus of(FinishStageRequest request, Usage usage) {
    CacheMode mode = request.getContext().getRun().getSpec().getJudge().getCache();
    if (mode == CacheMode.CACHE_MODE_OFF) {
      return CacheStatus.CACHE_STATUS_DISABLED;
    }
    if (usage.getCalls() == 0) {
      return CacheStatus.CACHE_STATUS_HIT;
    }
    return request.getKeptAnswers() > 0
        ? CacheStatus.CACHE_STATUS_POPULATED
        : CacheStatus.CACHE_STATUS_MISS;
  }

  private CacheStatuses() {}
}
