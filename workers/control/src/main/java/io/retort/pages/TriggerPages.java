package io.retort.pages;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.Role;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerServiceGrpc;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Triggers: what launches runs when something happens, and what it launched. */
final class TriggerPages {
  private static final int TRIGGERS = 100;
  private static final int FIRINGS = 50;
  private static final int REVISIONS = 20;
  private static final int LONGEST_PAYLOAD = 100_000;

  private final LocalCalls calls;

  TriggerPages(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse list(PageRequest request) {
    return request.page(
        "triggers",
        TriggerListView.of(
            calls.call(
                TriggerServiceGrpc.getListTriggersMethod(),
                ListTriggersRequest.newBuilder()
                    .setPageSize(TRIGGERS)
                    .setPageToken(request.form().text("page_token"))
                    .build())));
  }

  HttpResponse show(PageRequest request) {
    return page(request, HttpStatus.OK, TriggerView.Trial.NONE, newRequestId());
  }

  CompletableFuture<HttpResponse> pause(PageRequest request) {
    PauseTriggerRequest pause =
        PauseTriggerRequest.newBuilder()
            .setName(request.path("trigger"))
            .setReason(request.form().text("reason"))
            .build();
    return calls
        .later(TriggerServiceGrpc.getPauseTriggerMethod(), pause)
        .thenApply(response -> done(request));
  }

  CompletableFuture<HttpResponse> resume(PageRequest request) {
    ResumeTriggerRequest resume =
        ResumeTriggerRequest.newBuilder().setName(request.path("trigger")).build();
    return calls
        .later(TriggerServiceGrpc.getResumeTriggerMethod(), resume)
        .thenApply(response -> done(request));
  }

  /** Shows the spec and the plan of what the trigger would launch for a payload. */
  CompletableFuture<HttpResponse> test(PageRequest request) {
    String text = request.form().text("payload");
    Struct payload;
    try {
      payload = payload(text);
    } catch (PageException e) {
      return CompletableFuture.completedFuture(refused(request, text, e));
    }
    TestTriggerRequest test =
        TestTriggerRequest.newBuilder()
            .setName(request.path("trigger"))
            .setPayload(payload)
            .build();
    return calls
        .later(TriggerServiceGrpc.getTestTriggerMethod(), test)
        .thenApply(
            response ->
                page(request, HttpStatus.OK, TriggerView.Trial.of(text, response), newRequestId()))
        .exceptionally(thrown -> refused(request, text, thrown));
  }

  /** Shows the run that it has launched, or the trigger with what became of it. */
  CompletableFuture<HttpResponse> fire(PageRequest request) {
    String text = request.form().text("payload");
    Struct payload;
    try {
      payload = payload(text);
    } catch (PageException e) {
      return CompletableFuture.completedFuture(refused(request, text, e));
    }
    FireTriggerRequest fire =
        FireTriggerRequest.newBuilder()
            .setName(request.path("trigger"))
            .setPayload(payload)
            .setRequestId(request.form().text("request_id"))
            .build();
    return calls
        .later(TriggerServiceGrpc.getFireTriggerMethod(), fire)
        .thenApply(response -> fired(request, response.getFiring()))
        .exceptionally(thrown -> refused(request, text, thrown));
  }

  private static HttpResponse fired(PageRequest request, TriggerFiring firing) {
    return firing.getOutcome() == FiringOutcome.FIRING_OUTCOME_LAUNCHED
        ? PageResponses.seeOther("/runs/" + Paths.segment(firing.getRunId()))
        : done(request);
  }

  /** The page with what was written, and why it was refused. */
  private HttpResponse refused(PageRequest request, String payload, Throwable thrown) {
    ErrorView error = ErrorView.ofRefusal(thrown);
    // Where it is unknown whether the trigger has fired, the same form must not fire it once more.
    boolean unknown = error.status() >= HttpStatus.INTERNAL_SERVER_ERROR.code();
    return page(
        request,
        HttpStatus.valueOf(error.status()),
        TriggerView.Trial.refused(payload, error),
        unknown ? request.form().text("request_id") : newRequestId());
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  private HttpResponse page(
      PageRequest request, HttpStatus status, TriggerView.Trial trial, String requestId) {
    String name = request.path("trigger");
    Trigger trigger =
        calls
            .call(
                TriggerServiceGrpc.getGetTriggerMethod(),
                GetTriggerRequest.newBuilder().setName(name).build())
            .getTrigger();
    // The tokens of the two lists are those of the address, whatever form was sent.
    Form query = Form.ofQuery(Optional.ofNullable(request.context().query()).orElse(""));
    ListFiringsResponse firings =
        calls.call(
            TriggerServiceGrpc.getListFiringsMethod(),
            ListFiringsRequest.newBuilder()
                .setName(name)
                .setPageSize(FIRINGS)
                .setPageToken(query.text("firings"))
                .build());
    ListTriggerRevisionsResponse revisions =
        calls.call(
            TriggerServiceGrpc.getListTriggerRevisionsMethod(),
            ListTriggerRevisionsRequest.newBuilder()
                .setName(name)
                .setPageSize(REVISIONS)
                .setPageToken(query.text("revisions"))
                .build());
    return request.page(
        status,
        "trigger",
        TriggerView.of(
            trigger,
            firings,
            revisions,
            trial,
            requestId,
            request.caller().holds(Role.ROLE_OPERATOR, trigger.getTeam())));
  }

  private static HttpResponse done(PageRequest request) {
    return PageResponses.seeOther(TriggerListView.address(request.path("trigger")));
  }

  private static Struct payload(String text) {
    if (text.length() > LONGEST_PAYLOAD) {
      throw new PageException(
          HttpStatus.BAD_REQUEST,
          "payload: " + text.length() + " characters (expected: at most " + LONGEST_PAYLOAD + ")");
    }
    Struct.Builder payload = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(text.isEmpty() ? "{}" : text, payload);
    } catch (InvalidProtocolBufferException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, "payload: " + e.getMessage() + " (expected: a JSON object)");
    }
    return payload.build();
  }
}
