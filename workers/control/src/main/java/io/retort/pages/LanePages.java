package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.enums.EnumText;
import io.retort.identity.Caller;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.Lane;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListLanesRequest;
import io.retort.v1.Role;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Lanes: their policies, and the runs that are in them. */
final class LanePages {
  private static final int LANES = 100;

  private final LocalCalls calls;

  LanePages(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse list(PageRequest request) {
    return request.page(
        "lanes",
        LaneListView.of(
            calls.call(
                LaneServiceGrpc.getListLanesMethod(),
                ListLanesRequest.newBuilder()
                    .setPageSize(LANES)
                    .setPageToken(request.form().text("page_token"))
                    .build()),
            mayChange(request.caller(), "")));
  }

  HttpResponse show(PageRequest request) {
    Lane lane =
        calls
            .call(
                LaneServiceGrpc.getGetLaneMethod(),
                GetLaneRequest.newBuilder().setName(request.path("lane")).build())
            .getLane();
    LaneView view = LaneView.of(lane, mayChange(request.caller(), lane.getConfig().getTeam()));
    return request.page(request.isPart() ? "laneRuns" : "lane", view);
  }

  CompletableFuture<HttpResponse> set(PageRequest request) {
    Form form = request.form();
    SetLaneRequest.Builder lane =
        SetLaneRequest.newBuilder()
            .setName(form.text("name"))
            .setPolicy(policy(form.text("policy")));
    String parallelism = form.text("parallelism");
    if (lane.getPolicy() == LanePolicy.LANE_POLICY_PARALLEL) {
      lane.setParallelism(slots(parallelism));
    }
    return calls
        .later(LaneServiceGrpc.getSetLaneMethod(), lane.build())
        .thenApply(response -> done(response.getConfig().getName()));
  }

  CompletableFuture<HttpResponse> unblock(PageRequest request) {
    String name = request.path("lane");
    return calls
        .later(
            LaneServiceGrpc.getUnblockLaneMethod(),
            UnblockLaneRequest.newBuilder().setName(name).build())
        .thenApply(response -> done(name));
  }

  /**
   * @param team of the lane; empty for a lane of every team
   */
  private static boolean mayChange(Caller caller, String team) {
    return team.isEmpty()
        ? caller.everywhere(Role.ROLE_OPERATOR)
        : caller.holds(Role.ROLE_OPERATOR, team);
  }

  private static HttpResponse done(String lane) {
    return PageResponses.seeOther("/lanes/" + Paths.segment(lane));
  }

  private static LanePolicy policy(String name) {
    List<LanePolicy> policies = LanePolicyChoice.policies();
    return policies.stream()
        .filter(policy -> EnumText.shortName(policy).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PageException(
                    HttpStatus.BAD_REQUEST,
                    "policy: \""
                        + name
                        + "\" (expected: one of "
                        + policies.stream()
                            .map(EnumText::shortName)
                            .collect(Collectors.joining(", "))
                        + ")"));
  }

  private static int slots(String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, "parallelism: \"" + text + "\" (expected: 1 to 100)");
    }
  }
}
