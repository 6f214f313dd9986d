package io.retort.hook;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.event.CloudEvents;
import io.retort.event.Subscriptions;
import io.retort.http.HttpApi;
import io.retort.http.Problem;
import io.retort.identity.AuditLog;
import io.retort.identity.Authenticator;
import io.retort.identity.Caller;
import io.retort.identity.LookUpLimit;
import io.retort.spec.SpecViolation;
import io.retort.trigger.TriggerFirer;
import io.retort.v1.AuditEntry;
import io.retort.v1.FailureCategory;
import io.retort.v1.FiringCause;
import io.retort.v1.HookAnswer;
import io.retort.v1.Role;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerFiring;
import io.retort.webhook.WebhookSecret;
import io.retort.webhook.WebhookSecrets;
import io.retort.webhook.WebhookSignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Serves {@code POST /v1/hooks/TRIGGER}: signed calls of triggers with a webhook source, and those
 * of an Alertmanager with a token. Whoever is not let in learns nothing of the trigger, not even
 * whether there is one.
 */
public final class HookService implements HttpService {
  private static final int LARGEST_BODY = 256 << 10;

  /** An Alertmanager asks again, and goes on where this has ended. */
  private static final Duration LONGEST_STORM = Duration.ofSeconds(15);

  private static final JsonFormat.Parser PARSER = JsonFormat.parser();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private static final Set<Status.Code> REFUSED =
      Set.of(Status.Code.NOT_FOUND, Status.Code.UNAUTHENTICATED);

  private final TriggerLookup triggers;
  private final TriggerFirer firer;
  private final WebhookSecrets secrets;
  private final Authenticator authenticator;
  private final AuditLog audit;
  private final HookLimit limit;
  private final LookUpLimit inVain = new LookUpLimit();
  private final Clock clock;

  /** Finds a trigger by its name; empty if there is none, or it is deleted. */
  @FunctionalInterface
  public interface TriggerLookup {
    Optional<Trigger> read(String name) throws IOException;
  }

  /**
   * @param audit keeps who has called; never what was sent
   * @param rate calls per second of each trigger; 0: unlimited
   */
  public HookService(
      TriggerLookup triggers,
      TriggerFirer firer,
      WebhookSecrets secrets,
      Authenticator authenticator,
      AuditLog audit,
      int rate,
      Clock clock) {
    this.triggers = triggers;
    this.firer = firer;
    this.secrets = secrets;
    this.authenticator = authenticator;
    this.audit = audit;
    limit = new HookLimit(rate, System::nanoTime);
    this.clock = clock;
  }

  public void addTo(ServerBuilder server) {
    server
        .route()
        .path(HttpApi.HOOKS + "{trigger}")
        .methods(HttpMethod.POST)
        .maxRequestLength(LARGEST_BODY)
        .build(this);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String name = String.valueOf(context.pathParam("trigger"));
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(received -> answer(name, received), context.blockingTaskExecutor()));
  }

  private HttpResponse answer(String name, AggregatedHttpRequest request) {
    // Of the trigger only once there is one: the name is the caller's.
    AuditEntry.Builder entry = AuditEntry.newBuilder().setMethod(HttpApi.HOOKS);
    try {
      if (audit.isFull()) {
        throw unavailable("the audit log cannot be written now (expected: the same call later)");
      }
      inVain.check();
      Trigger trigger = triggers.read(name).orElse(Trigger.getDefaultInstance());
      if (!trigger.getConfig().getName().isEmpty()) {
        entry
            .setObject(trigger.getConfig().getName())
            .addTeams(Subscriptions.team(trigger.getTeam()));
      }
      HookAnswer answer =
          trigger.getConfig().hasAlertmanager()
              ? ofAlertmanager(trigger, request, entry)
              : ofWebhook(trigger, request, entry);
      audit.add(entry.setOutcome(Status.Code.OK.name()).build());
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.JSON_UTF_8)
              .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
              .build(),
          HttpData.ofUtf8(print(answer)));
    } catch (StatusRuntimeException e) {
      failed(entry, e.getStatus().getCode());
      if (REFUSED.contains(e.getStatus().getCode())) {
        inVain.count();
      }
      return Problem.of(e.getStatus().getCode() == Status.Code.NOT_FOUND ? unknown() : e)
          .response()
          .toHttpResponse();
    } catch (IOException e) {
      failed(entry, Status.Code.UNAVAILABLE);
      return Problem.of(unavailable("the trigger cannot be read: " + e.getMessage()))
          .response()
          .toHttpResponse();
    }
  }

  /** Of a caller who is known the call may have fired alerts before it failed. */
  private void failed(AuditEntry.Builder entry, Status.Code outcome) {
    AuditEntry call = entry.setOutcome(outcome.name()).build();
    if (call.getCaller().isEmpty()) {
      audit.count(call);
    } else {
      audit.add(call);
    }
  }

  /** A trigger without a webhook source has no secrets, so that no signature is right. */
  private HookAnswer ofWebhook(
      Trigger trigger, AggregatedHttpRequest request, AuditEntry.Builder entry) {
    // Before it is known whether there is such a trigger.
    if (secrets.problem().isPresent()) {
      throw unavailable("signatures cannot be checked now (expected: the same call later)");
    }
    List<WebhookSecret> found =
        secrets.find(
            Subscriptions.team(trigger.getTeam()),
            trigger.getConfig().getWebhook().getSecretsList());
    RequestHeaders headers = request.headers();
    String id = headers.get(WebhookSignature.ID, "");
    boolean signed =
        WebhookSignature.verify(
            id,
            headers.get(WebhookSignature.TIMESTAMP, ""),
            headers.get(WebhookSignature.SIGNATURE, ""),
            request.content().array(),
            found,
            clock.instant());
    if (!signed) {
      throw unknown();
    }
    entry.setCaller("webhook");
    requireRate(trigger);
    Struct payload = payload(request);
    if (isOwnEvent(payload)) {
      throw RpcFailures.invalid(
          RpcFailures.REQUEST_INVALID,
          List.of(
              new SpecViolation("body", "an event of Retort (expected: one of another system)")));
    }
    TriggerFiring firing =
        firer.fire(
            trigger.getConfig().getName(),
            payload,
            id,
            FiringCause.FIRING_CAUSE_WEBHOOK,
            "webhook " + id);
    entry.setCallerId("webhook:" + id);
    return HookAnswer.newBuilder().addFirings(shown(firing)).build();
  }

  private HookAnswer ofAlertmanager(
      Trigger trigger, AggregatedHttpRequest request, AuditEntry.Builder entry) {
    // Not by a session: pages of other sites could make a browser send its cookie.
    Caller caller =
        authenticator
            .find(request.headers().get(HttpHeaderNames.AUTHORIZATION, ""), "")
            .filter(found -> found.holds(Role.ROLE_OPERATOR, trigger.getTeam()))
            .orElseThrow(HookService::unknown);
    entry.setCaller(caller.name()).setCallerId(caller.id());
    requireRate(trigger);
    HookAnswer.Builder answer = HookAnswer.newBuilder();
    Instant end = clock.instant().plus(LONGEST_STORM);
    for (Alerts.Alert alert : Alerts.of(payload(request), trigger.getConfig().getAlertmanager())) {
      if (clock.instant().isAfter(end)) {
        throw unavailable("too many alerts at once (expected: the same call again for the rest)");
      }
      answer.addFirings(
          shown(
              firer.fire(
                  trigger.getConfig().getName(),
                  alert.payload(),
                  alert.id(),
                  FiringCause.FIRING_CAUSE_ALERTMANAGER,
                  "alert " + alert.name() + ", sent by " + caller.name())));
    }
    return answer.build();
  }

  /** Of callers who are known, so that nobody else can use up what a trigger may take. */
  private void requireRate(Trigger trigger) {
    String name = trigger.getConfig().getName();
    if (!limit.allows(name)) {
      throw tooMany(name);
    }
  }

  /**
   * Whether the body is one that subscriptions send. Teams share those secrets that belong to none,
   * and could let the platform sign their events for the trigger of another team.
   */
  private static boolean isOwnEvent(Struct payload) {
    return payload
        .getFieldsOrDefault("type", Value.getDefaultInstance())
        .getStringValue()
        .startsWith(CloudEvents.TYPE_PREFIX);
  }

  /** Neither the payload nor why a run was refused: a sender may belong to no team. */
  private static TriggerFiring shown(TriggerFiring firing) {
    return TriggerFiring.newBuilder()
        .setFiringId(firing.getFiringId())
        .setOutcome(firing.getOutcome())
        .setRunId(firing.getRunId())
        .build();
  }

  private static Struct payload(AggregatedHttpRequest request) {
    Struct.Builder payload = Struct.newBuilder();
    try {
      PARSER.merge(request.content().toString(StandardCharsets.UTF_8), payload);
    } catch (InvalidProtocolBufferException e) {
      throw RpcFailures.invalid(
          RpcFailures.REQUEST_INVALID,
          List.of(new SpecViolation("body", "no JSON object (expected: one)")));
    }
    return payload.build();
  }

  private static String print(Message message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer has no Any that could be unknown", e);
    }
  }

  /** The same whatever is wrong, so that nobody learns which triggers and secrets exist. */
  private static StatusRuntimeException unknown() {
    return RpcFailures.of(
        Status.Code.UNAUTHENTICATED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "UNAUTHENTICATED",
        "the call is not accepted (expected: the name of a webhook trigger and a signature of the"
            + " last five minutes by one of its secrets, or that of an Alertmanager trigger and the"
            + " token of an operator of its team)");
  }

  private static StatusRuntimeException tooMany(String trigger) {
    return RpcFailures.of(
        Status.Code.RESOURCE_EXHAUSTED,
        FailureCategory.FAILURE_CATEGORY_RESOURCE,
        "RATE_LIMITED",
        "too many calls of " + trigger + " (expected: fewer; call again in 1 s)",
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
            .build());
  }

  private static StatusRuntimeException unavailable(String message) {
    return RpcFailures.of(
        Status.Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "STORE",
        message,
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1))
            .build());
  }
}
