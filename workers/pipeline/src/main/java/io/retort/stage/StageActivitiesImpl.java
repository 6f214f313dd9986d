package io.retort.stage;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.PublishStageRequest;
import io.retort.v1.StageRecord;
import io.temporal.activity.Activity;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores the records of stages as objects. */
public final class StageActivitiesImpl implements StageActivities {
  private static final Logger LOGGER = LoggerFactory.getLogger(StageActivitiesImpl.class);
  private static final int SCHEMA_VERSION = 1;

  private final Store store;

  public StageActivitiesImpl(Store store) {
    this.store = store;
  }

  @Override
  public FindStageResponse findStage(FindStageRequest request) {
    String uri = RunLayout.stage(request.getStoreUri(), request.getFingerprint());
    try {
      Optional<StageRecord> record = read(uri);
      if (record.isEmpty()) {
        return FindStageResponse.getDefaultInstance();
      }
      Optional<String> defect = objects().defect(record.get().getObjectsList());
      if (defect.isPresent()) {
        LOGGER.info("{} is not reused: {}", uri, defect.get());
        return FindStageResponse.newBuilder()
            .setReason(
                "the result of run " + record.get().getRunId() + " is incomplete: " + defect.get())
            .build();
      }
      return FindStageResponse.newBuilder()
          .setRecord(record.get().toBuilder().clearObjects())
          .build();
    } catch (CorruptArtifactException e) {
      LOGGER.warn("{} cannot be read and is made again", uri, e);
      return FindStageResponse.newBuilder().setReason("unreadable: " + e.getMessage()).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public void publishStage(PublishStageRequest request) {
    try {
      StageRecord record =
          request.getRecord().toBuilder()
              .addAllObjects(objects().of(request.getArtifactsList()))
              .build();
      byte[] json = StoredMessages.bytes(record);
      store.write(
          RunLayout.stage(request.getStoreUri(), record.getFingerprint()),
          output -> output.write(json));
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private Optional<StageRecord> read(String uri) throws IOException {
    // A later version may use fields with another meaning.
    return StoredMessages.read(store, uri, StageRecord.getDefaultInstance())
        .filter(found -> found.getSchemaVersion() == SCHEMA_VERSION);
  }

  private StageObjects objects() {
    return new StageObjects(store, () -> Activity.getExecutionContext().heartbeat(null));
  }
}
