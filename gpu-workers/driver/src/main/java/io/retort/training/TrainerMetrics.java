package io.retort.training;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.enums.EnumText;
import io.retort.v1.Gap;
import io.retort.v1.GapRewards;
import io.retort.v1.TrainerProgress;
import java.util.Locale;

/** Metrics of trainers by kind of job, never by run. */
public final class TrainerMetrics {
  /** The unit of a training's progress once it takes steps. */
  private static final String STEPS = "steps";

  private final Gauge step;
  private final Gauge loss;
  private final Gauge learningRate;
  private final Gauge validationLoss;
  private final Gauge tokensPerSecond;
  private final Gauge gpuMemory;
  private final Gauge gpuUtilization;
  private final Gauge modelFlopsUtilization;
  private final Gauge rewardMargin;
  private final Gauge rewardAccuracy;
  private final Gauge chosenDrift;
  private final Counter jobs;
  private final Counter adoptions;

  public TrainerMetrics(PrometheusRegistry registry) {
    step = gauge(registry, "retort_trainer_step", "Optimizer steps done of the latest training.");
    loss = gauge(registry, "retort_trainer_loss", "Last logged loss of the latest training.");
    learningRate =
        gauge(
            registry,
            "retort_trainer_learning_rate",
            "Last logged learning rate of the latest training.");
    validationLoss =
        gauge(
            registry,
            "retort_trainer_validation_loss",
            "Last held-out loss of the latest training, 0 before the first.");
    tokensPerSecond =
        gauge(
            registry,
            "retort_trainer_tokens_per_second",
            "Tokens that a trainer works through now, 0 while none runs.");
    gpuMemory =
        gauge(
            registry,
            "retort_trainer_gpu_memory_bytes",
            "Memory that the trainer's first rank has allocated on its GPU, 0 while none runs.");
    gpuUtilization =
        gauge(
            registry,
            "retort_trainer_gpu_utilization_ratio",
            "Busy share of the GPU of the trainer's first rank, 0 while none runs.");
    modelFlopsUtilization =
        gauge(
            registry,
            "retort_trainer_model_flops_utilization_ratio",
            "Share of the GPUs' dense peak that training uses, 0 while none runs.");
    rewardMargin =
        byGap(
            registry,
            "retort_trainer_reward_margin",
            "Mean reward of chosen minus rejected chains over the last 10 steps, by gap class.");
    rewardAccuracy =
        byGap(
            registry,
            "retort_trainer_reward_accuracy_ratio",
            "Share of pairs with a reward margin above 0 over the last 10 steps, by gap class.");
    chosenDrift =
        byGap(
            registry,
            "retort_trainer_chosen_log_probability_drift_nats",
            "Mean log-probability of chosen chains minus the reference's over the last 10 steps,"
                + " by gap class.");
    jobs =
        Counter.builder()
            .name("retort_trainer_jobs_total")
            .help("Attempts at trainer jobs, by outcome.")
            .labelNames("kind", "outcome")
            .register(registry);
    adoptions =
        Counter.builder()
            .name("retort_trainer_adoptions_total")
            .help("Running trainers that were adopted from an earlier attempt.")
            .labelNames("kind")
            .register(registry);
  }

  void progressed(JobKind kind, TrainerProgress progress) {
    if (kind.isTraining() && progress.getUnit().equals(STEPS)) {
      step.labelValues(kind.label()).set((double) progress.getDone());
      loss.labelValues(kind.label()).set(progress.getLoss());
      learningRate.labelValues(kind.label()).set(progress.getLearningRate());
      validationLoss.labelValues(kind.label()).set(progress.getValidationLoss());
      progress.getRewardsList().forEach(rewards -> rewards(kind, rewards));
    }
    load(kind, progress);
  }

  void adopted(JobKind kind) {
    adoptions.labelValues(kind.label()).inc();
  }

  /**
   * @param outcome "SUCCEEDED", "CANCELLED", "HANDED_OVER" or a failure's category
   */
  void ended(JobKind kind, String outcome) {
    jobs.labelValues(kind.label(), outcome).inc();
    load(kind, TrainerProgress.getDefaultInstance());
  }

  private void load(JobKind kind, TrainerProgress progress) {
    tokensPerSecond.labelValues(kind.label()).set(progress.getTokensPerSecond());
    gpuMemory.labelValues(kind.label()).set((double) progress.getGpuMemoryBytes());
    gpuUtilization.labelValues(kind.label()).set(progress.getGpuUtilization());
    modelFlopsUtilization.labelValues(kind.label()).set(progress.getModelFlopsUtilization());
  }

  private void rewards(JobKind kind, GapRewards rewards) {
    String gap = label(rewards.getGap());
    rewardMargin.labelValues(kind.label(), gap).set(rewards.getMargin());
    rewardAccuracy.labelValues(kind.label(), gap).set(rewards.getAccuracy());
    chosenDrift.labelValues(kind.label(), gap).set(rewards.getChosenLogProbabilityDrift());
  }

  /** "small", "medium" or "large"; "all" for all pairs together. */
  private static String label(Gap gap) {
    return gap == Gap.GAP_UNSPECIFIED ? "all" : EnumText.shortName(gap).toLowerCase(Locale.ROOT);
  }

  private static Gauge byGap(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name(name).help(help).labelNames("kind", "gap").register(registry);
  }

  private static Gauge gauge(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name(name).help(help).labelNames("kind").register(registry);
  }
}
