package io.retort.curation;

import io.retort.layout.RunLayout;
import io.retort.rows.ShardRecords;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where the curation records of a run lie: with the run that made them. */
public final class CurationRecords {
  /**
   * Manifests of the shards, in their order; those that are committed where curation has failed.
   */
  public static List<ArtifactRef> shards(Store store, String storeUri, Run run) throws IOException {
    if (run.getSummary().getCuration().hasRecords()) {
      return ShardRecords.shards(store, run.getSummary().getCuration().getRecords());
    }
    RunLayout layout = new RunLayout(storeUri, run.getRunId());
    List<ArtifactRef> shards = new ArrayList<>();
    for (int shard = 0; shard < run.getSummary().getIngest().getShards(); shard++) {
      if (Manifests.find(store, layout.curationShard(shard)).isPresent()) {
        shards.add(Manifests.reference(store, layout.curationShard(shard)));
      }
    }
    return shards;
  }

  private CurationRecords() {}
}
