package io.retort.control;

import io.retort.plan.AdmissionWorkflow;
import io.retort.v1.AdmissionRequest;
import io.retort.v1.AdmissionResponse;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.DataSource;
import io.retort.v1.LocationViolation;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Refuses the paths that the test names. */
public final class StubAdmissionWorkflow implements AdmissionWorkflow {
  static final Set<String> MISSING = ConcurrentHashMap.newKeySet();

  @Override
  public AdmissionResponse check(AdmissionRequest request) {
    AdmissionResponse.Builder response = AdmissionResponse.newBuilder();
    request.getRunsList().forEach(run -> response.addRuns(check(run)));
    return response.build();
  }

  private static CheckLocationsResponse check(CheckLocationsRequest request) {
    CheckLocationsResponse.Builder response = CheckLocationsResponse.newBuilder();
    Set<String> missing = new HashSet<>(MISSING);
    int index = 0;
    for (DataSource source : request.getSpec().getData().getTrainList()) {
      if (missing.contains(source.getPath())) {
        response.addViolations(
            LocationViolation.newBuilder()
                .setField("data.train[" + index + "].path")
                .setDescription(source.getPath() + ": no such file"));
      }
      index++;
    }
    return response.build();
  }
}
