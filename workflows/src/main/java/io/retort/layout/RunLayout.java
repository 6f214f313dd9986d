package io.retort.layout;

import io.retort.v1.RunContext;
import java.util.Locale;

/** The layout of the store: folders and objects of runs. */
public record RunLayout(String storeUri, String runId) {
  public static RunLayout of(RunContext run) {
    return new RunLayout(run.getStoreUri(), run.getRunId());
  }

  public static String datasets(String storeUri) {
    return resolve(storeUri, "datasets");
  }

  public static String models(String storeUri) {
    return resolve(storeUri, "models");
  }

  public static String model(String storeUri, String model) {
    return resolve(storeUri, "models/" + model);
  }

  /**
   * Folder of one commit of a model of the hub, shared by all runs.
   *
   * @param name {@code OWNER/NAME}
   */
  public static String student(String storeUri, String name, String commit) {
    return resolve(storeUri, "students/" + name + "/" + commit);
  }

  /** Folder of cached judge answers, shared by all runs. */
  public static String cache(String storeUri) {
    return resolve(storeUri, "cache");
  }

  public static String runs(String storeUri) {
    return resolve(storeUri, "runs");
  }

  /** Folder of stage results. */
  public static String stages(String storeUri) {
    return resolve(storeUri, "stages");
  }

  /** URI of the stage result with the fingerprint. */
  public static String stage(String storeUri, String fingerprint) {
    return resolve(stages(storeUri), fingerprint + ".json");
  }

  public String run() {
    return resolve(storeUri, "runs/" + runId);
  }

  /** Copies of the spec's prompt files, made when the run began. */
  public String prompts() {
    return resolve(run(), "prompts");
  }

  public String curationShard(int shard) {
    return resolve(run(), String.format(Locale.ROOT, "curation/shard-%05d", shard));
  }

  /** Folder of the curation; its manifest names the manifests of the shards. */
  public String curation() {
    return resolve(run(), "curation");
  }

  /** Kept samples, one part per shard. */
  public String kept() {
    return resolve(run(), "curation/kept");
  }

  public String pairsShard(int shard) {
    return resolve(run(), String.format(Locale.ROOT, "pairs/shard-%05d", shard));
  }

  /** Preference pairs, one part per shard. */
  public String pairs() {
    return resolve(run(), "pairs/all");
  }

  public String checkpoints(String stage) {
    return resolve(run(), "checkpoints/" + stage);
  }

  public String evaluation(String model, String benchmark) {
    return resolve(run(), "evaluation/" + model + "/" + benchmark);
  }

  public String report() {
    return resolve(run(), "report/index.html");
  }

  /** The data set for use outside Retort: Parquet files and a card. */
  public String export() {
    return resolve(run(), "export");
  }

  /** Progress records of an unfinished export. */
  public String exportChunks() {
    return resolve(run(), "export-chunks");
  }

  private static String resolve(String folderUri, String path) {
    return folderUri.endsWith("/") ? folderUri + path : folderUri + "/" + path;
  }
}
