package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.registry.RegistryLocation;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.student.StudentFolder;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Failure;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ModelVersion;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.util.Optional;

/** Folders of models as specs name them: on a file system or in S3, of the hub, of the registry. */
final class ModelPlaces {
  private static final String STUDENT = "student.model";

  private final Store store;
  private final Hub hub;
  private final DataRoots roots;
  private final Runnable alive;

  /**
   * @param alive called while files are read; what it throws ends that
   */
  ModelPlaces(Store store, Hub hub, DataRoots roots, Runnable alive) {
    this.store = store;
    this.hub = hub;
    this.roots = roots;
    this.alive = alive;
  }

  /**
   * Finds the model's folder, fetches it where it has to be, and hashes it.
   *
   * @throws ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_FORBIDDEN, USER/MODEL_INCOMPLETE,
   *     USER/LOCATION_FORBIDDEN, PLATFORM/HUB_UNREACHABLE; with the field's path in front
   */
  InspectStudentResponse inspect(InspectStudentRequest request) throws IOException {
    String field = request.getField().isEmpty() ? STUDENT : request.getField();
    try {
      return inspectStudent(request, field);
    } catch (ApplicationFailure failure) {
      throw named(failure, field);
    }
  }

  private InspectStudentResponse inspectStudent(InspectStudentRequest request, String field)
      throws IOException {
    InspectStudentResponse.Builder response = InspectStudentResponse.newBuilder();
    String location = request.getModelUri();
    if (HubModel.isNamed(location)) {
      HubModels models = new HubModels(hub, store, request.getStoreUri(), alive);
      HubModels.Copy copy =
          request.getWithoutDownload() ? models.kept(location) : models.copy(location);
      response.setPinnedUri(copy.model().toString());
      location = copy.uri();
    } else if (RegistryLocation.isNamed(location)) {
      ModelVersion version = version(request, field);
      response
          .setPinnedUri(RegistryLocation.of(version.getModel() + ":v" + version.getVersion()))
          .setContentSha256(version.getContentSha256());
      location = version.getModelUri();
    }
    ArtifactRef model = StudentFolder.inspect(location, roots, alive);
    return response.setModelUri(model.getUri()).setModel(model).build();
  }

  private ModelVersion version(InspectStudentRequest request, String field) throws IOException {
    Optional<ModelReference> reference = RegistryLocation.parse(request.getModelUri());
    Optional<ModelVersion> version =
        reference.isPresent()
            ? new ModelRegistry(store, request.getStoreUri()).resolve(reference.get())
            : Optional.empty();
    return version.orElseThrow(
        () ->
            Failures.user(
                "MODEL_NOT_FOUND",
                field
                    + ": "
                    + request.getModelUri()
                    + ": the registry has no such version (expected: one that retort models list"
                    + " shows)"));
  }

  /** Readers of models know them as the student. */
  private static ApplicationFailure named(ApplicationFailure thrown, String field) {
    Failure failure = Failures.fromThrowable(thrown);
    if (field.equals(STUDENT) || !failure.getMessage().startsWith(STUDENT)) {
      return thrown;
    }
    return Failures.toApplicationFailure(
        failure.toBuilder()
            .setMessage(field + failure.getMessage().substring(STUDENT.length()))
            .build(),
        thrown.getCause());
  }
}
