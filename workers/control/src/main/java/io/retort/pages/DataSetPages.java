package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.run.RunPhases;
import io.retort.v1.GetRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The data that runs were trained on: what a data set is, runs that used it say. */
final class DataSetPages {
  /** Runs whose data sets are on a page, from one call. */
  private static final int RUNS = 1000;

  /** Runs or data sets on a page; of each, one run is read by a call of its own. */
  private static final int ROWS = 20;

  private final LocalCalls calls;
  private final RunPages runs;

  DataSetPages(LocalCalls calls, RunPages runs) {
    this.calls = calls;
    this.runs = runs;
  }

  HttpResponse list(PageRequest request) {
    String token = request.form().text("page_token");
    int from = from(request.form().text("from"));
    ListRunsResponse page =
        calls.call(
            RunServiceGrpc.getListRunsMethod(),
            ListRunsRequest.newBuilder().setPageSize(RUNS).setPageToken(token).build());
    Map<List<String>, List<Run>> sets = new LinkedHashMap<>();
    for (Run run : page.getRunsList()) {
      List<String> sources = DataSetView.sources(run);
      if (!sources.isEmpty()) {
        sets.computeIfAbsent(sources, unused -> new ArrayList<>()).add(run);
      }
    }
    List<DataSetView> shown =
        sets.values().stream()
            .skip(from)
            .limit(ROWS)
            .map(using -> DataSetView.of(using, read(told(using))))
            .toList();
    return request.page(
        "datasets",
        DataSetListView.of(
            shown,
            page.getRunsCount(),
            token,
            from + ROWS < sets.size() ? from + ROWS : 0,
            page.getNextPageToken()));
  }

  /** The data set of a run, and the runs that used it, newest first. */
  HttpResponse show(PageRequest request) {
    Run named = runs.run(request);
    List<String> sources = DataSetView.sources(named);
    if (sources.isEmpty()) {
      throw new PageException(
          HttpStatus.NOT_FOUND,
          "Run " + named.getRunId() + " reads no training data (expected: one that does).");
    }
    ListRunsResponse page =
        calls.call(
            RunServiceGrpc.getListRunsMethod(),
            ListRunsRequest.newBuilder()
                .setPageSize(ROWS)
                .setPageToken(request.form().text("page_token"))
                .setFilter("dataset=" + RunSearch.quoted(sources.get(0)))
                .build());
    List<DataSetView> using =
        page.getRunsList().stream()
            // The filter is about one source.
            .filter(run -> DataSetView.sources(run).equals(sources))
            .map(run -> DataSetView.of(List.of(run), read(run)))
            .toList();
    return request.page(
        "dataset", DataSetRunsView.of(named.getRunId(), sources, using, page.getNextPageToken()));
  }

  /** A run that has ended has all figures, and is read from the store. */
  private static Run told(List<Run> using) {
    return using.stream()
        .filter(run -> RunPhases.isTerminal(run.getPhase()))
        .findFirst()
        .orElse(using.get(0));
  }

  /** Empty for a run that cannot be read now, or is gone. */
  private Optional<Run> read(Run run) {
    try {
      return Optional.of(
          calls
              .call(
                  RunServiceGrpc.getGetRunMethod(),
                  GetRunRequest.newBuilder().setRunId(run.getRunId()).build())
              .getRun());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static int from(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, "from: \"" + text + "\" (expected: 0 or more)");
    }
  }
}
