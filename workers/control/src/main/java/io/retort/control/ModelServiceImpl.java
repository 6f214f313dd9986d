package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.call.Answers;
import io.retort.identity.Caller;
import io.retort.registry.AliasException;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelRegistry;
import io.retort.store.CorruptArtifactException;
import io.retort.subscription.AliasAnnouncer;
import io.retort.v1.AliasChange;
import io.retort.v1.DeleteVersionRequest;
import io.retort.v1.DeleteVersionResponse;
import io.retort.v1.FailureCategory;
import io.retort.v1.GetModelRequest;
import io.retort.v1.GetModelResponse;
import io.retort.v1.GetVersionRequest;
import io.retort.v1.GetVersionResponse;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.ModelVersion;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.PromoteAliasResponse;
import io.retort.v1.RollBackAliasRequest;
import io.retort.v1.RollBackAliasResponse;
import io.retort.v1.VersionTombstone;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API of the model registry. */
final class ModelServiceImpl extends ModelServiceGrpc.ModelServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ModelServiceImpl.class);
  private static final int MODELS = 50;
  private static final int VERSIONS = 20;

  private final ModelRegistry registry;
  private final ModelTeams teams;
  private final VersionUses uses;
  private final Clock clock;
  private final AliasAnnouncer announcer;
  private final Answers answers = new Answers(ModelServiceImpl::error);

  /**
   * @param announcer tells subscribers of each alias that a person moves
   */
  ModelServiceImpl(
      ModelRegistry registry,
      ModelTeams teams,
      VersionUses uses,
      Clock clock,
      AliasAnnouncer announcer) {
    this.registry = registry;
    this.teams = teams;
    this.uses = uses;
    this.clock = clock;
    this.announcer = announcer;
  }

  /** Moves an alias; returns what was changed, which may be nothing. */
  @FunctionalInterface
  private interface Move {
    AliasChange make() throws IOException, AliasException;
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    answers.answer(request, observer, () -> models(request));
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<GetModelResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          requireModel(request.getModel());
          return GetModelResponse.newBuilder()
              .setModel(
                  registry.model(request.getModel()).toBuilder()
                      .addAllTeams(teams.of(request.getModel())))
              .build();
        });
  }

  @Override
  public void listVersions(
      ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
    answers.answer(request, observer, () -> versions(request));
  }

  @Override
  public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> GetVersionResponse.newBuilder().setVersion(resolve(request.getReference())).build());
  }

  @Override
  public void promoteAlias(
      PromoteAliasRequest request, StreamObserver<PromoteAliasResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          if (!ModelReference.isAlias(request.getAlias())) {
            throw ApiErrors.invalid(
                "alias",
                request.getAlias() + " (expected: a name other than a version's, such as v2)");
          }
          ModelVersion version = resolve(request.getReference());
          AliasChange change =
              change(request.getAlias(), request.getActor(), request.getReason())
                  .setToVersion(version.getVersion())
                  .build();
          return PromoteAliasResponse.newBuilder()
              .setChange(
                  announced(
                      version.getModel(),
                      change,
                      () ->
                          registry
                              .aliases(version.getModel())
                              .promote(change, request.getExpectedVersion())))
              .build();
        });
  }

  @Override
  public void rollBackAlias(
      RollBackAliasRequest request, StreamObserver<RollBackAliasResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          requireModel(request.getModel());
          AliasChange change =
              change(request.getAlias(), request.getActor(), request.getReason()).build();
          return RollBackAliasResponse.newBuilder()
              .setChange(
                  announced(
                      request.getModel(),
                      change,
                      () ->
                          registry
                              .aliases(request.getModel())
                              .rollBack(change, request.getExpectedVersion())))
              .build();
        });
  }

  @Override
  public void deleteVersion(
      DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> observer) {
    answers.answer(request, observer, () -> delete(request));
  }

  /** The tombstone comes first: a call that is interrupted can be made again. */
  private DeleteVersionResponse delete(DeleteVersionRequest request)
      throws IOException, AliasException {
    ModelReference reference =
        ModelReference.parse(request.getReference())
            .filter(parsed -> parsed.version() > 0)
            .orElseThrow(
                () ->
                    ApiErrors.invalid(
                        "reference", request.getReference() + " (expected: NAME:vN)"));
    String model = reference.model();
    requireModel(model);
    if (!registry.model(model).getAliases().containsDeleted(reference.version())) {
      ModelVersion unused = resolve(request.getReference());
      requireUnused(reference);
    }
    VersionTombstone tombstone =
        registry
            .aliases(model)
            .delete(
                reference.version(),
                VersionTombstone.newBuilder()
                    .setActor(Caller.current().actor(request.getActor()))
                    .setReason(Caller.current().note(request.getActor(), request.getReason()))
                    .setDeletedAt(Timestamps.fromMillis(clock.millis()))
                    .build());
    registry.deleteFiles(model, reference.version());
    return DeleteVersionResponse.newBuilder()
        .setModel(model)
        .setVersion(reference.version())
        .setTombstone(tombstone)
        .build();
  }

  private void requireUnused(ModelReference version) throws IOException {
    Optional<String> run = uses.liveRun(version.model(), version.version());
    if (run.isPresent()) {
      throw ApiErrors.failure(
          Status.Code.FAILED_PRECONDITION,
          FailureCategory.FAILURE_CATEGORY_USER,
          "VERSION_IN_USE",
          "version "
              + version.version()
              + " of model "
              + version.model()
              + ": "
              + run.get()
              + " uses it (expected: a version that no live run uses; wait for the run's end, or"
              + " cancel it)",
          null);
    }
  }

  private ListModelsResponse models(ListModelsRequest request) throws IOException {
    int size = request.getPageSize() == 0 ? MODELS : request.getPageSize();
    List<String> names = new ArrayList<>();
    for (String name : registry.models()) {
      if (names.size() <= size
          && name.compareTo(request.getPageToken()) > 0
          && teams.isVisible(name)) {
        names.add(name);
      }
    }
    ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
    for (String name : names.subList(0, Math.min(size, names.size()))) {
      readable(name).ifPresent(response::addModels);
    }
    if (names.size() > size) {
      response.setNextPageToken(names.get(size - 1));
    }
    return response.build();
  }

  /** The model without history; empty, with a log entry, if its aliases cannot be parsed. */
  private Optional<Model> readable(String name) throws IOException {
    try {
      Model.Builder model = registry.model(name).toBuilder();
      model.getAliasesBuilder().clearHistory();
      return Optional.of(model.build());
    } catch (CorruptArtifactException e) {
      LOG.warn("model {} is not listed: its aliases cannot be read", name, e);
      return Optional.empty();
    }
  }

  private ListVersionsResponse versions(ListVersionsRequest request) throws IOException {
    requireModel(request.getModel());
    int size = request.getPageSize() == 0 ? VERSIONS : request.getPageSize();
    int below =
        request.getPageToken().isEmpty()
            ? Integer.MAX_VALUE
            : Integer.parseInt(request.getPageToken());
    List<ModelVersion> versions = registry.versions(request.getModel(), below, size + 1);
    ListVersionsResponse.Builder response = ListVersionsResponse.newBuilder();
    for (ModelVersion version : versions.subList(0, Math.min(size, versions.size()))) {
      response.addVersions(ListedVersions.of(version));
    }
    if (versions.size() > size) {
      response.setNextPageToken(Integer.toString(versions.get(size - 1).getVersion()));
    }
    return response.build();
  }

  /**
   * Makes a change of which subscribers are told, also if this process dies in between. Where the
   * store does not answer, the change may have been made: they are told of it later, if it was.
   */
  private AliasChange announced(String model, AliasChange asked, Move move)
      throws IOException, AliasException {
    AliasAnnouncer.Announcement announcement = announcer.prepare(model, asked, teams.of(model));
    try {
      AliasChange made = move.make();
      announcement.complete(made);
      return made;
    } catch (AliasException e) {
      announcement.withdraw();
      throw e;
    }
  }

  private AliasChange.Builder change(String alias, String actor, String reason) {
    return AliasChange.newBuilder()
        .setAlias(alias)
        .setActor(Caller.current().actor(actor))
        .setReason(Caller.current().note(actor, reason))
        .setChangedAt(Timestamps.fromMillis(clock.millis()));
  }

  private ModelVersion resolve(String text) throws IOException {
    ModelReference reference =
        ModelReference.parse(text)
            .orElseThrow(
                () ->
                    ApiErrors.invalid(
                        "reference", text + " (expected: NAME:vN, NAME:ALIAS or NAME@sha256:HEX)"));
    return registry
        .resolve(reference)
        .orElseThrow(
            () ->
                notFound(
                    "VERSION_NOT_FOUND",
                    text
                        + ": there is no such version (expected: a published version or an alias;"
                        + " `retort models list` shows them)"));
  }

  private void requireModel(String model) throws IOException {
    if (!registry.exists(model)) {
      throw notFound(
          "MODEL_NOT_FOUND",
          "model "
              + model
              + ": there is none (expected: a model of the registry; `retort models list` shows"
              + " them)");
    }
  }

  private static StatusRuntimeException notFound(String reason, String message) {
    return ApiErrors.failure(
        Status.Code.NOT_FOUND, FailureCategory.FAILURE_CATEGORY_USER, reason, message, null);
  }

  private static Optional<StatusRuntimeException> error(Exception thrown) {
    if (thrown instanceof AliasException) {
      return Optional.of(
          ApiErrors.failure(
              Status.Code.FAILED_PRECONDITION,
              FailureCategory.FAILURE_CATEGORY_USER,
              "ALIAS_STANDS_ELSEWHERE",
              String.valueOf(thrown.getMessage()),
              thrown));
    }
    return thrown instanceof IOException fault
        ? Optional.of(ApiErrors.store("use the model registry", fault))
        : Optional.empty();
  }
}
