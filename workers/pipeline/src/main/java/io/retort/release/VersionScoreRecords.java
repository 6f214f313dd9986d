package io.retort.release;

import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.RunSummary;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;

/** Keeps a version's scores by problem beside it, whatever becomes of the run's own files. */
final class VersionScoreRecords {
  private static final int SCHEMA_VERSION = 1;

  /**
   * Writes {@code scores.json} of the version.
   *
   * @param model of the run that is published, by its name in scores
   */
  static void copy(Store store, RunSummary summary, String model, String versionUri)
      throws IOException {
    VersionScores.Builder scores = VersionScores.newBuilder().setSchemaVersion(SCHEMA_VERSION);
    for (ArtifactRef reference : summary.getScoreRecordsList()) {
      ScoreRecord record =
          StoredMessages.read(store, reference.getUri(), ScoreRecord.getDefaultInstance())
              .orElseThrow(() -> new NoSuchFileException(reference.getUri()));
      if (record.getScore().getModel().equals(model)) {
        scores.addRecords(record);
      }
    }
    byte[] json = ProtoJson.print(scores).getBytes(StandardCharsets.UTF_8);
    ArtifactRef unused =
        store.write(Store.resolve(versionUri, ModelVersions.SCORES), output -> output.write(json));
  }

  private VersionScoreRecords() {}
}
