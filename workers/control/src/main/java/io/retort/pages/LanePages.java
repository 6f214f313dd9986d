package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.Lane;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.Role;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Lanes: their policies, and the runs that are in them. */
final class LanePages {
  private static final int LANES = 100;

  private final LocalCalls calls;

  LanePages(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse list(PageRequest request) {
    return list(request, HttpStatus.OK, newLane(request.caller()));
  }

  HttpResponse show(PageRequest request) {
    Lane lane = lane(request.path("lane"));
    LaneView view = LaneView.of(lane, change(lane, request.caller()));
    return request.page(request.isPart() ? "laneRuns" : "lane", view);
  }

  CompletableFuture<HttpResponse> set(PageRequest request) {
    LaneForm form = LaneForm.sent(request.form(), request.caller());
    SetLaneRequest lane;
    try {
      lane = form.request();
    } catch (PageException e) {
      return CompletableFuture.completedFuture(refused(request, form, e));
    }
    return calls
        .later(LaneServiceGrpc.getSetLaneMethod(), lane)
        .thenApply(response -> done(response.getConfig().getName()))
        .exceptionally(thrown -> refused(request, form, thrown));
  }

  /** The page of the form with what was written and why it was refused; an error without a form. */
  private HttpResponse refused(PageRequest request, LaneForm form, Throwable thrown) {
    ErrorView error = ErrorView.ofRefusal(thrown);
    List<SpecViolation> wrong = Violations.ofRefusal(thrown);
    HttpStatus status = HttpStatus.valueOf(error.status());
    if (form.isNew()) {
      Optional<LaneForm> shown =
          newLane(request.caller()).map(fresh -> form.refused(error, wrong, fresh.revision()));
      return shown.isPresent()
          ? list(request, status, shown)
          : request.page(status, "error", error);
    }
    Lane lane = lane(form.name());
    Optional<LaneForm> shown =
        change(lane, request.caller()).map(fresh -> form.refused(error, wrong, fresh.revision()));
    return shown.isPresent()
        ? request.page(status, "lane", LaneView.of(lane, shown))
        : request.page(status, "error", error);
  }

  private HttpResponse list(PageRequest request, HttpStatus status, Optional<LaneForm> form) {
    return request.page(
        status,
        "lanes",
        LaneListView.of(
            calls.call(
                LaneServiceGrpc.getListLanesMethod(),
                ListLanesRequest.newBuilder()
                    .setPageSize(LANES)
                    .setPageToken(request.form().text("page_token"))
                    .build()),
            form));
  }

  private Lane lane(String name) {
    return calls
        .call(LaneServiceGrpc.getGetLaneMethod(), GetLaneRequest.newBuilder().setName(name).build())
        .getLane();
  }

  private static Optional<LaneForm> newLane(Caller caller) {
    return Optional.of(LaneForm.create(caller))
        .filter(form -> caller.somewhere(Role.ROLE_OPERATOR));
  }

  CompletableFuture<HttpResponse> unblock(PageRequest request) {
    String name = request.path("lane");
    return calls
        .later(
            LaneServiceGrpc.getUnblockLaneMethod(),
            UnblockLaneRequest.newBuilder().setName(name).build())
        .thenApply(response -> done(name));
  }

  private static Optional<LaneForm> change(Lane lane, Caller caller) {
    String team = lane.getConfig().getTeam();
    boolean allowed =
        team.isEmpty()
            ? caller.everywhere(Role.ROLE_OPERATOR)
            : caller.holds(Role.ROLE_OPERATOR, team);
    return Optional.of(LaneForm.change(lane.getConfig(), caller)).filter(form -> allowed);
  }

  private static HttpResponse done(String lane) {
    return PageResponses.seeOther("/lanes/" + Paths.segment(lane));
  }
}
