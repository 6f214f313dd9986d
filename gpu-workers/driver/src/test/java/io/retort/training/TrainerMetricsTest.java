package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.retort.v1.Gap;
import io.retort.v1.GapRewards;
import io.retort.v1.TrainerProgress;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Figures by gap class, as CogPO's trainer tells them. */
final class TrainerMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final TrainerMetrics metrics = new TrainerMetrics(registry);

  @Test
  void rewardsOfAGapClassHaveAGaugeEach() {
    metrics.progressed(
        JobKind.COGPO,
        TrainerProgress.newBuilder()
            .setUnit("steps")
            .setDone(3)
            .addRewards(rewards(Gap.GAP_UNSPECIFIED, 0.4, 0.75, -1))
            .addRewards(rewards(Gap.GAP_SMALL, 0.1, 0.5, 2))
            .addRewards(rewards(Gap.GAP_LARGE, 0.7, 1, -4))
            .build());

    assertThat(gauge("retort_trainer_reward_margin"))
        .isEqualTo(Map.of("cogpo all", 0.4, "cogpo small", 0.1, "cogpo large", 0.7));
    assertThat(gauge("retort_trainer_reward_accuracy_ratio"))
        .isEqualTo(Map.of("cogpo all", 0.75, "cogpo small", 0.5, "cogpo large", 1.0));
    assertThat(gauge("retort_trainer_chosen_log_probability_drift_nats"))
        .isEqualTo(Map.of("cogpo all", -1.0, "cogpo small", 2.0, "cogpo large", -4.0));
  }

  @Test
  void aTrainingWithoutRewardsHasNoneOfThem() {
    metrics.progressed(
        JobKind.SFT, TrainerProgress.newBuilder().setUnit("steps").setDone(3).build());

    assertThat(gauge("retort_trainer_reward_margin")).isEmpty();
  }

  /** Values by kind and gap. */
  private Map<String, Double> gauge(String name) {
    return registry.scrape(name::equals).stream()
        .map(GaugeSnapshot.class::cast)
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .collect(
            Collectors.toMap(
                point -> point.getLabels().get("kind") + " " + point.getLabels().get("gap"),
                GaugeSnapshot.GaugeDataPointSnapshot::getValue));
  }

  private static GapRewards rewards(Gap gap, double margin, double accuracy, double drift) {
    return GapRewards.newBuilder()
        .setGap(gap)
        .setPairs(2)
        .setMargin(margin)
        .setAccuracy(accuracy)
        .setChosenLogProbabilityDrift(drift)
        .build();
  }
}
