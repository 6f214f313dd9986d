package io.retort.store;

/** Where a run keeps what it makes: the one place that knows the store's folders. */
public record RunLayout(String storeUri, String runId) {
  public static String datasets(String storeUri) {
    return Store.resolve(storeUri, "datasets");
  }

  public static String model(String storeUri, String model) {
    return Store.resolve(storeUri, "models/" + model);
  }

  public String run() {
    return Store.resolve(storeUri, "runs/" + runId);
  }

  public String curationShard(int shard) {
    return Store.resolve(run(), String.format("curation/shard-%05d", shard));
  }

  /** Kept samples, one part a shard. */
  public String kept() {
    return Store.resolve(run(), "curation/kept");
  }

  public String pairsShard(int shard) {
    return Store.resolve(run(), String.format("pairs/shard-%05d", shard));
  }

  /** Preference pairs, one part a shard. */
  public String pairs() {
    return Store.resolve(run(), "pairs/all");
  }

  public String checkpoints(String stage) {
    return Store.resolve(run(), "checkpoints/" + stage);
  }

  public String evaluation(String model, String benchmark) {
    return Store.resolve(run(), "evaluation/" + model + "/" + benchmark);
  }

  public String report() {
    return Store.resolve(run(), "report/index.html");
  }
}
