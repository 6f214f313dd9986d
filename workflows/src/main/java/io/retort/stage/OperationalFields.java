package io.retort.stage;

import java.util.Map;
import java.util.Set;

/**
 * Fields of a spec that change no stage's result, each with its reason. Every stage may see them;
 * none is part of a fingerprint.
 */
public final class OperationalFields {
  private static final String SCHEDULING = "when and where trainers run, not their results";
  private static final String COGPO_ONLY = "not allowed: only cogpo has it";
  private static final String REPORTING = "additional reports";

  /** Reasons by path; the path of a message covers all fields in it. */
  public static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("team", "who owns the run"),
          Map.entry("priority", SCHEDULING),
          Map.entry("patience_seconds", "how long the run waits for faults to end"),
          Map.entry("last_stage", "which stages run, not their results"),
          Map.entry(
              "student.model", "a location: the digest of its content is an input of the stages"),
          Map.entry("models.endpoint.api_key_env", "who asks, not what is answered"),
          Map.entry("models.endpoint.headers", "who asks, not what is answered"),
          Map.entry("models.endpoint.timeout_seconds", "how long an answer may take"),
          Map.entry("models.published", "compared with at the end of every run"),
          Map.entry("models.model", "a location: the digest of its content is an input"),
          Map.entry("data.train.path", "a location: the digest of its content is an input"),
          Map.entry(
              "evaluation.benchmarks.source.path",
              "a location: the digest of its content is an input"),
          Map.entry("evaluation.engine.concurrency", "how many requests are processed at once"),
          Map.entry("evaluation.engine.endpoint.api_key_env", "who asks, not what is answered"),
          Map.entry("evaluation.engine.endpoint.headers", "who asks, not what is answered"),
          Map.entry("evaluation.engine.endpoint.timeout_seconds", "how long an answer may take"),
          Map.entry("judge.prompts", "a location: the versions of the prompts are an input"),
          Map.entry("judge.concurrency", "how many rows are processed at once"),
          Map.entry("judge.prices", "what rows cost, not their content"),
          Map.entry("judge.budget", "when the run pauses"),
          Map.entry("judge.cache", "where answers come from; run a stage again with --fresh"),
          Map.entry("curation.shards_in_flight", "how many shards are processed at once"),
          Map.entry("sft.objective", COGPO_ONLY),
          Map.entry("sft.beta", COGPO_ONLY),
          Map.entry("sft.label_smoothing", COGPO_ONLY),
          Map.entry("sft.reporters", REPORTING),
          Map.entry("cogpo.reporters", REPORTING),
          Map.entry("sft.checkpoints_kept", "which intermediate checkpoints are kept"),
          Map.entry("cogpo.checkpoints_kept", "which intermediate checkpoints are kept"),
          Map.entry(
              "sft.halve_batch_on_out_of_memory", "a step sees the same rows in smaller batches"),
          Map.entry(
              "cogpo.halve_batch_on_out_of_memory", "a step sees the same rows in smaller batches"),
          Map.entry("release.alias", "moved at the end of every run, also for a reused version"),
          Map.entry("release.gate", "decided at the end of every run, also for a reused version"),
          Map.entry("resources.cpus", SCHEDULING),
          Map.entry("resources.memory_gib", SCHEDULING),
          Map.entry("resources.accelerator_type", SCHEDULING),
          Map.entry("resources.custom", SCHEDULING),
          Map.entry("resources.placement", SCHEDULING),
          Map.entry("resources.allow_autoscaling", SCHEDULING),
          Map.entry("resources.waiting_deadline_seconds", SCHEDULING),
          Map.entry("resources.active_deadline_seconds", SCHEDULING));

  static Set<String> paths() {
    return REASONS.keySet();
  }

  private OperationalFields() {}
}
