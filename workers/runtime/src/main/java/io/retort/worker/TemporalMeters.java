package io.retort.worker;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of the Temporal SDK's metrics. The SDK requests Micrometer's percentile
 * histograms, with 69 buckets each, for every timer and combination of tags.
 *
 * <p>Histograms are kept for the time that tasks wait for a worker, by task queue, because it shows
 * whether there are enough workers. All other timers have a count, a sum and a maximum. Requests
 * are labelled by operation and not by workflow or activity type, which have metrics of their own.
 */
final class TemporalMeters implements MeterFilter {
  private static final String PREFIX = "temporal_";
  private static final String WAITING = "schedule_to_start_latency";
  private static final List<String> REQUESTS = List.of("temporal_request", "temporal_long_request");

  /** From an idle worker to a missing one. */
  private static final double[] WAITING_NANOSECONDS =
      Arrays.stream(
              new Duration[] {
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofHours(1)
              })
          .mapToDouble(Duration::toNanos)
          .toArray();

  /** Tags that would split requests and waiting tasks by each of the project's types. */
  private static final Set<String> TYPES =
      Set.of("activity_type", "workflow_type", "query_type", "signal_name", "exception");

  @Override
  public Meter.Id map(Meter.Id id) {
    return isWaiting(id) || isRequest(id)
        ? id.replaceTags(id.getTags().stream().filter(TemporalMeters::isKept).toList())
        : id;
  }

  @Override
  public @Nullable DistributionStatisticConfig configure(
      Meter.Id id, DistributionStatisticConfig config) {
    if (!id.getName().startsWith(PREFIX)) {
      return config;
    }
    DistributionStatisticConfig.Builder buckets =
        DistributionStatisticConfig.builder().percentilesHistogram(false);
    if (isWaiting(id)) {
      buckets.serviceLevelObjectives(WAITING_NANOSECONDS);
    }
    return buckets.build().merge(config);
  }

  private static boolean isWaiting(Meter.Id id) {
    return id.getName().startsWith(PREFIX) && id.getName().endsWith(WAITING);
  }

  private static boolean isRequest(Meter.Id id) {
    return REQUESTS.stream().anyMatch(id.getName()::startsWith);
  }

  private static boolean isKept(Tag tag) {
    return !TYPES.contains(tag.getKey());
  }
}
