package io.retort.cli;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.retort.v1.AliasChange;
import io.retort.v1.AliasChangeKind;
import io.retort.v1.DeleteVersionRequest;
import io.retort.v1.DeleteVersionResponse;
import io.retort.v1.GetModelRequest;
import io.retort.v1.GetModelResponse;
import io.retort.v1.GetVersionRequest;
import io.retort.v1.GetVersionResponse;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelAliases;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.ModelVersion;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.PromoteAliasResponse;
import io.retort.v1.RollBackAliasRequest;
import io.retort.v1.RollBackAliasResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A registry of one model, with references that the test sets. */
final class FakeModelService extends ModelServiceGrpc.ModelServiceImplBase {
  final Map<String, ModelVersion> versions = new ConcurrentHashMap<>();
  final List<PromoteAliasRequest> promoted = new CopyOnWriteArrayList<>();
  final List<DeleteVersionRequest> deleted = new CopyOnWriteArrayList<>();
  final List<RollBackAliasRequest> rolledBack = new CopyOnWriteArrayList<>();

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    answer(
        observer,
        ListModelsResponse.newBuilder().addModels(Model.newBuilder().setName("smol")).build());
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<GetModelResponse> observer) {
    AliasChange change =
        AliasChange.newBuilder()
            .setAlias("latest")
            .setToVersion(2)
            .setRunId("run-2")
            .setKind(AliasChangeKind.ALIAS_CHANGE_KIND_RELEASE)
            .build();
    answer(
        observer,
        GetModelResponse.newBuilder()
            .setModel(
                Model.newBuilder()
                    .setName("smol")
                    .setAliases(
                        ModelAliases.newBuilder().putVersions("latest", 2).addHistory(change)))
            .build());
  }

  @Override
  public void listVersions(
      ListVersionsRequest request, StreamObserver<ListVersionsResponse> observer) {
    answer(
        observer,
        ListVersionsResponse.newBuilder()
            .addAllVersions(
                versions.values().stream()
                    .sorted(Comparator.comparingInt(ModelVersion::getVersion).reversed())
                    .toList())
            .build());
  }

  @Override
  public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> observer) {
    ModelVersion version = versions.get(request.getReference());
    if (version == null) {
      observer.onError(
          Status.NOT_FOUND
              .withDescription(request.getReference() + ": there is no such version")
              .asRuntimeException());
      return;
    }
    answer(observer, GetVersionResponse.newBuilder().setVersion(version).build());
  }

  @Override
  public void promoteAlias(
      PromoteAliasRequest request, StreamObserver<PromoteAliasResponse> observer) {
    promoted.add(request);
    answer(
        observer,
        PromoteAliasResponse.newBuilder()
            .setChange(AliasChange.newBuilder().setAlias(request.getAlias()).setToVersion(2))
            .build());
  }

  @Override
  public void rollBackAlias(
      RollBackAliasRequest request, StreamObserver<RollBackAliasResponse> observer) {
    rolledBack.add(request);
    answer(
        observer,
        RollBackAliasResponse.newBuilder()
            .setChange(
                AliasChange.newBuilder()
                    .setAlias(request.getAlias())
                    .setFromVersion(2)
                    .setToVersion(1))
            .build());
  }

  @Override
  public void deleteVersion(
      DeleteVersionRequest request, StreamObserver<DeleteVersionResponse> observer) {
    deleted.add(request);
    answer(observer, DeleteVersionResponse.newBuilder().setModel("smol").setVersion(1).build());
  }

  private static <T> void answer(StreamObserver<T> observer, T response) {
    observer.onNext(response);
    observer.onCompleted();
  }
}
