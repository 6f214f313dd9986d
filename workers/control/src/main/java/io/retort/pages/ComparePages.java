package io.retort.pages;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Two or more runs beside each other. */
final class ComparePages {
  private static final int FEWEST = 2;
  private static final int MOST = 8;

  private final LocalCalls calls;
  private final RunPages runs;

  ComparePages(LocalCalls calls, RunPages runs) {
    this.calls = calls;
    this.runs = runs;
  }

  HttpResponse show(PageRequest request) {
    List<Run> compared = ids(request).stream().map(runs::get).toList();
    return request.page("compare", CompareView.of(compared));
  }

  /** Has the report of a comparison written, which takes seconds, and shows it. */
  CompletableFuture<HttpResponse> report(PageRequest request) {
    return calls
        .later(
            RunServiceGrpc.getCompareRunsMethod(),
            CompareRunsRequest.newBuilder().addAllRunIds(ids(request)).build())
        .thenApply(
            response ->
                HttpResponse.of(
                    PageResponses.report(), HttpData.wrap(response.getHtml().toByteArray())));
  }

  private static List<String> ids(PageRequest request) {
    List<String> ids = request.form().texts("run").stream().distinct().toList();
    if (ids.size() < FEWEST || ids.size() > MOST) {
      throw new PageException(
          HttpStatus.BAD_REQUEST,
          ids.size()
              + " runs chosen (expected: "
              + FEWEST
              + " to "
              + MOST
              + "; choose them in the list of runs)");
    }
    return ids;
  }
}
