package io.retort.plan;

import io.retort.ingest.LocationChecks;
import io.retort.layout.RunLayout;
import io.retort.run.ModelInspections;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.ExplainStagesRequest;
import io.retort.v1.ExplainStagesResponse;
import io.retort.v1.PlannedStage;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the records of stages, and looks up locations. */
public final class PlanActivitiesImpl implements PlanActivities {
  private static final Logger LOGGER = LoggerFactory.getLogger(PlanActivitiesImpl.class);
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  private final Store store;
  private final LocationChecks locations;

  public PlanActivitiesImpl(Store store, LocationChecks locations) {
    this.store = store;
    this.locations = locations;
  }

  @Override
  public CheckLocationsResponse checkLocations(CheckLocationsRequest request) {
    return CheckLocationsResponse.newBuilder()
        .addAllViolations(
            locations.violations(
                request.getSpec(),
                ModelInspections.readsStudent(request.getSpec()),
                request.getStoreUri()))
        .build();
  }

  @Override
  public ExplainStagesResponse explainStages(ExplainStagesRequest request) {
    long until = System.nanoTime() + Duration.ofSeconds(request.getLimitSeconds()).toNanos();
    ExplainStagesResponse.Builder response = ExplainStagesResponse.newBuilder();
    try {
      for (PlannedStage stage : request.getStagesList()) {
        response.addStages(explain(request.getStoreUri(), stage, until));
      }
      return response.build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private StageExplanation explain(String storeUri, PlannedStage stage, long until)
      throws IOException {
    List<StageRecord> records = new ArrayList<>();
    for (String fingerprint : stage.getCandidatesList()) {
      if (System.nanoTime() - until > 0) {
        break;
      }
      if (!FINGERPRINT.matcher(fingerprint).matches()) {
        continue;
      }
      try {
        StoredMessages.read(
                store, RunLayout.stage(storeUri, fingerprint), StageRecord.getDefaultInstance())
            .filter(record -> record.getStage() == stage.getStage())
            .map(record -> record.toBuilder().clearObjects().build())
            .ifPresent(records::add);
      } catch (CorruptArtifactException e) {
        LOGGER.warn("stage {} is not compared with", fingerprint, e);
      }
    }
    return StageComparison.explain(stage, records);
  }
}
