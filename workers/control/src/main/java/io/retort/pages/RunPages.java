package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.curve.LossPreviews;
import io.retort.store.ProtoJson;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.GetCurvesRequest;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.GetRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.LossPreview;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.SetRunBudgetRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The list of runs, one run, and what can be done with it. */
final class RunPages {
  private static final int PAGE_SIZE = 50;
  private static final int LONGEST_NOTE = 1000;

  /** Each is read by a call of its own. */
  private static final int APPROVALS = 10;

  private final LocalCalls calls;
  private final PageLinks links;
  private final Checkpoints checkpoints;

  RunPages(LocalCalls calls, PageLinks links, Checkpoints checkpoints) {
    this.calls = calls;
    this.links = links;
    this.checkpoints = checkpoints;
  }

  HttpResponse list(PageRequest request) {
    RunSearch search = RunSearch.of(request.form());
    String token = request.form().text("page_token");
    if (!request.isPart() && request.form().hasBlank()) {
      // What a form leaves empty does not belong to the address that people pass on.
      return PageResponses.seeOther(search.address(token));
    }
    Map<String, String> problems = search.problems(request.caller());
    if (!problems.isEmpty()) {
      return request.page(HttpStatus.BAD_REQUEST, "runs", RunListView.refused(search, problems));
    }
    ListRunsResponse page;
    try {
      page = calls.call(RunServiceGrpc.getListRunsMethod(), search.request(PAGE_SIZE, token));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT || !token.isEmpty()) {
        throw e;
      }
      return request.page(HttpStatus.BAD_REQUEST, "runs", RunListView.refused(search, problem(e)));
    }
    return request.page(
        request.isPart() ? "runTable" : "runs", RunListView.of(page, search, token));
  }

  private static Map<String, String> problem(StatusRuntimeException refusal) {
    return Violations.of(refusal).stream()
        .filter(one -> one.field().equals("order_by"))
        .findFirst()
        .map(one -> Map.of("order", one.description()))
        .orElseGet(() -> Map.of("filter", ErrorView.of(refusal).message()));
  }

  HttpResponse show(PageRequest request) {
    Run run = run(request);
    return request.page(
        "run",
        new RunPageView(
            RunView.of(run, request.caller()),
            curves(run.getRunId()),
            ProtoJson.print(run.getSpec()),
            checkpoints.of(run),
            links.temporal(run.getRunId()),
            links.ray()));
  }

  /** The charts with their tables where htmx asks for them, else their data. */
  HttpResponse curves(PageRequest request) {
    CurvesView view = curves(request.path("run"));
    return request.isPart() ? request.page("curvesPart", view) : PageResponses.json(view.json());
  }

  /** What the list shows of a training that runs. */
  HttpResponse loss(PageRequest request) {
    LossPreview preview =
        LossPreviews.of(curveLines(request.path("run"))).orElse(LossPreview.getDefaultInstance());
    return request.page("sparkline", Sparkline.of(preview));
  }

  CompletableFuture<HttpResponse> pause(PageRequest request) {
    PauseRunRequest pause =
        PauseRunRequest.newBuilder()
            .setRunId(request.path("run"))
            .setReason("paused by " + request.caller().name())
            .build();
    return calls
        .later(RunServiceGrpc.getPauseRunMethod(), pause)
        .thenApply(response -> done(response.getRun()));
  }

  CompletableFuture<HttpResponse> resume(PageRequest request) {
    ResumeRunRequest.Builder resume = ResumeRunRequest.newBuilder().setRunId(request.path("run"));
    String budget = request.form().text("budget");
    if (!budget.isEmpty()) {
      resume.setBudget(number("budget", budget));
    }
    return calls
        .later(RunServiceGrpc.getResumeRunMethod(), resume.build())
        .thenApply(response -> done(response.getRun()));
  }

  CompletableFuture<HttpResponse> cancel(PageRequest request) {
    CancelRunRequest cancel =
        CancelRunRequest.newBuilder()
            .setRunId(request.path("run"))
            .setReason("cancelled by " + request.caller().name())
            .build();
    return calls
        .later(RunServiceGrpc.getCancelRunMethod(), cancel)
        .thenApply(response -> done(response.getRun()));
  }

  /** A new run of the same spec, which reuses what this one has finished. */
  CompletableFuture<HttpResponse> retry(PageRequest request) {
    RetryRunRequest retry =
        RetryRunRequest.newBuilder()
            .setRunId(request.path("run"))
            .setRequestId(request.form().text("request_id"))
            .build();
    return calls
        .later(RunServiceGrpc.getRetryRunMethod(), retry)
        .thenApply(response -> done(response.getRun()));
  }

  CompletableFuture<HttpResponse> setBudget(PageRequest request) {
    SetRunBudgetRequest budget =
        SetRunBudgetRequest.newBuilder()
            .setRunId(request.path("run"))
            .setBudget(number("budget", request.form().text("budget")))
            .build();
    return calls
        .later(RunServiceGrpc.getSetRunBudgetMethod(), budget)
        .thenApply(response -> done(response.getRun()));
  }

  /** The decision beside the report that it is about. */
  HttpResponse approval(PageRequest request) {
    RunView view = RunView.of(run(request), request.caller());
    if (view.decision().isEmpty()) {
      throw new PageException(
          HttpStatus.NOT_FOUND,
          "The run has no approval (expected: one whose gate asks a person, once its release"
              + " stage has begun).");
    }
    return request.page("approvalPage", view);
  }

  /** Runs that wait for a decision, also for one that the reader may not make. */
  HttpResponse approvals(PageRequest request) {
    String token = request.form().text("page_token");
    ListRunsResponse page =
        calls.call(
            RunServiceGrpc.getListRunsMethod(),
            ListRunsRequest.newBuilder()
                .setPageSize(APPROVALS)
                .setPageToken(token)
                .setFilter("phase=AWAITING_APPROVAL")
                .setOrderBy("created_at")
                .build());
    // The list has no summaries, and the decision may have been made since.
    List<RunView> waiting =
        page.getRunsList().stream()
            .flatMap(run -> readable(run.getRunId()).stream())
            .map(run -> RunView.of(run, request.caller()))
            .filter(run -> run.decision().filter(ApprovalView::waiting).isPresent())
            .toList();
    return request.page(
        "approvals",
        new ApprovalListView(
            waiting,
            page.getNextPageToken().isEmpty()
                ? ""
                : "/approvals?"
                    + QueryParams.of("page_token", page.getNextPageToken()).toQueryString()));
  }

  /** Empty for a run that was deleted or does not answer now, which must not hide the others. */
  private Optional<Run> readable(String runId) {
    try {
      return Optional.of(get(runId));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        throw e;
      }
      return Optional.empty();
    }
  }

  CompletableFuture<HttpResponse> approve(PageRequest request) {
    ApproveRunRequest approve =
        ApproveRunRequest.newBuilder()
            .setRunId(request.path("run"))
            .setReportDigest(request.form().text("report_digest"))
            .setActor(request.caller().name())
            .setNote(note(request))
            .build();
    return calls
        .later(RunServiceGrpc.getApproveRunMethod(), approve)
        .thenApply(response -> done(response.getRun()));
  }

  CompletableFuture<HttpResponse> reject(PageRequest request) {
    RejectRunRequest reject =
        RejectRunRequest.newBuilder()
            .setRunId(request.path("run"))
            .setReportDigest(request.form().text("report_digest"))
            .setActor(request.caller().name())
            .setNote(note(request))
            .build();
    return calls
        .later(RunServiceGrpc.getRejectRunMethod(), reject)
        .thenApply(response -> done(response.getRun()));
  }

  Run run(PageRequest request) {
    return get(request.path("run"));
  }

  Run get(String runId) {
    return calls
        .call(RunServiceGrpc.getGetRunMethod(), GetRunRequest.newBuilder().setRunId(runId).build())
        .getRun();
  }

  private CurvesView curves(String runId) {
    return CurvesView.of(curveLines(runId));
  }

  private GetCurvesResponse curveLines(String runId) {
    return calls.call(
        RunServiceGrpc.getGetCurvesMethod(), GetCurvesRequest.newBuilder().setRunId(runId).build());
  }

  private static HttpResponse done(Run run) {
    return PageResponses.seeOther("/runs/" + Paths.segment(run.getRunId()));
  }

  private static String note(PageRequest request) {
    String note = request.form().text("note");
    if (note.length() > LONGEST_NOTE) {
      throw new PageException(
          HttpStatus.BAD_REQUEST,
          "note: " + note.length() + " characters (expected: at most " + LONGEST_NOTE + ")");
    }
    return note;
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, name + ": \"" + text + "\" (expected: a number)");
    }
  }
}
