package io.retort.cli;

import io.grpc.stub.StreamObserver;
import io.retort.v1.StoreServiceGrpc;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepStoreResponse;
import io.retort.v1.SweepTotals;
import io.retort.v1.SweptItem;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store with one unused data set and one live run. */
final class FakeStoreService extends StoreServiceGrpc.StoreServiceImplBase {
  final List<SweepStoreRequest> swept = new CopyOnWriteArrayList<>();

  @Override
  public void sweepStore(SweepStoreRequest request, StreamObserver<SweepStoreResponse> observer) {
    swept.add(request);
    observer.onNext(
        SweepStoreResponse.newBuilder()
            .setItem(SweptItem.newBuilder().setKind("dataset").setUri("file:///store/datasets/d"))
            .build());
    SweepTotals.Builder totals =
        SweepTotals.newBuilder().setItems(1).setKeptRuns(3).setDeleted(request.getDelete());
    if (!request.getDelete()) {
      totals.addLiveRuns("live-1");
    }
    observer.onNext(SweepStoreResponse.newBuilder().setTotals(totals).build());
    observer.onCompleted();
  }
}
