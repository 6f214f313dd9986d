package io.retort.trigger;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.error.RpcFailures;
import io.retort.identity.Caller;
import io.retort.spec.RequestValidator;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.DeleteTriggerResponse;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FireTriggerResponse;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.FiringRecord;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.GetTriggerResponse;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.PauseTriggerResponse;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.ResumeTriggerResponse;
import io.retort.v1.Role;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.SetTriggerResponse;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerPause;
import io.retort.v1.TriggerRecord;
import io.retort.v1.TriggerServiceGrpc;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** The trigger API. */
final class TriggerServiceImpl extends TriggerServiceGrpc.TriggerServiceImplBase {
  private final RequestValidator validator = new RequestValidator();
  private final TriggerStore triggers;
  private final FiringStore firings;
  private final LaunchingFirer firer;
  private final TriggerCheck check;
  private final TriggerTeams teams;
  private final SecretCheck secrets;
  private final TriggerSources sources;
  private final TriggerLists lists;
  private final TriggerTests tests;
  private final Clock clock;

  TriggerServiceImpl(
      TriggerStore triggers,
      FiringStore firings,
      LaunchingFirer firer,
      TriggerTeams teams,
      SecretCheck secrets,
      Launches launches,
      TriggerSources sources,
      WatchCheck watches,
      Clock clock) {
    this.triggers = triggers;
    this.firings = firings;
    this.firer = firer;
    this.teams = teams;
    this.secrets = secrets;
    this.sources = sources;
    this.clock = clock;
    check = new TriggerCheck(launches, watches);
    tests = new TriggerTests(launches, watches);
    lists = new TriggerLists(triggers, firings, firer, clock);
  }

  /** The name of the trigger that a request sets. */
  static String name(SetTriggerRequest request) {
    return request.getName().isEmpty() ? request.getConfig().getName() : request.getName();
  }

  @Override
  public void setTrigger(SetTriggerRequest request, StreamObserver<SetTriggerResponse> observer) {
    answer(observer, () -> SetTriggerResponse.newBuilder().setTrigger(set(named(request))).build());
  }

  @Override
  public void getTrigger(GetTriggerRequest request, StreamObserver<GetTriggerResponse> observer) {
    answer(
        request,
        observer,
        () ->
            GetTriggerResponse.newBuilder()
                .setTrigger(sources.shown(lists.withLast(require(request.getName()))))
                .build());
  }

  @Override
  public void listTriggers(
      ListTriggersRequest request, StreamObserver<ListTriggersResponse> observer) {
    answer(request, observer, () -> lists.triggers(request));
  }

  @Override
  public void deleteTrigger(
      DeleteTriggerRequest request, StreamObserver<DeleteTriggerResponse> observer) {
    answer(
        request,
        observer,
        () -> {
          String name = request.getName();
          TriggerRecord deleted =
              change(
                  name,
                  record ->
                      record.toBuilder()
                          .setDeletedAt(now())
                          .setDeletedBy(Caller.current().name())
                          .build());
          sources.follow(name, deleted.getTrigger().getConfig());
          return DeleteTriggerResponse.getDefaultInstance();
        });
  }

  @Override
  public void pauseTrigger(
      PauseTriggerRequest request, StreamObserver<PauseTriggerResponse> observer) {
    TriggerPause pause =
        TriggerPause.newBuilder()
            .setPausedBy(Caller.current().name())
            .setPausedAt(now())
            .setReason(request.getReason())
            .build();
    answer(
        request,
        observer,
        () ->
            PauseTriggerResponse.newBuilder()
                .setTrigger(changed(request.getName(), trigger -> trigger.setPause(pause)))
                .build());
  }

  @Override
  public void resumeTrigger(
      ResumeTriggerRequest request, StreamObserver<ResumeTriggerResponse> observer) {
    answer(
        request,
        observer,
        () ->
            ResumeTriggerResponse.newBuilder()
                .setTrigger(changed(request.getName(), Trigger.Builder::clearPause))
                .build());
  }

  @Override
  public void testTrigger(
      TestTriggerRequest request, StreamObserver<TestTriggerResponse> observer) {
    answer(request, observer, () -> tests.test(require(request.getName()), request.getPayload()));
  }

  @Override
  public void fireTrigger(
      FireTriggerRequest request, StreamObserver<FireTriggerResponse> observer) {
    answer(
        request, observer, () -> FireTriggerResponse.newBuilder().setFiring(fire(request)).build());
  }

  @Override
  public void listFirings(
      ListFiringsRequest request, StreamObserver<ListFiringsResponse> observer) {
    answer(request, observer, () -> lists.firings(request));
  }

  @Override
  public void listTriggerRevisions(
      ListTriggerRevisionsRequest request, StreamObserver<ListTriggerRevisionsResponse> observer) {
    answer(request, observer, () -> lists.revisions(request));
  }

  private static SetTriggerRequest named(SetTriggerRequest request) {
    SetTriggerRequest.Builder named = request.toBuilder();
    if (request.hasConfig() && request.getConfig().getName().isEmpty()) {
      named.getConfigBuilder().setName(request.getName());
    }
    return named.build();
  }

  private Trigger set(SetTriggerRequest request) throws IOException, SpecException {
    TriggerConfig config = request.getConfig();
    if (!request.getName().isEmpty() && !request.getName().equals(config.getName())) {
      throw TriggerErrors.invalid(
          List.of(
              new SpecViolation(
                  "name",
                  '"'
                      + request.getName()
                      + "\" (expected: "
                      + config.getName()
                      + ", as in config)")));
    }
    List<SpecViolation> violations = check.violations(request);
    if (!violations.isEmpty()) {
      throw TriggerErrors.invalid(violations);
    }
    Trigger.Builder asked =
        Trigger.newBuilder()
            .setConfig(config)
            .setTeam(teams.of(config))
            .setChangedBy(Caller.current().name())
            .setChangedAt(now());
    requireSecrets(asked.getTeam(), config.getWebhook().getSecretsList());
    if (request.getValidateOnly()) {
      Optional<TriggerRecord> current = triggers.record(config.getName());
      current.ifPresent(TriggerServiceImpl::requireOperator);
      return next(request, asked, current).getTrigger();
    }
    AtomicReference<TriggerConfig> before =
        new AtomicReference<>(TriggerConfig.getDefaultInstance());
    Trigger trigger =
        triggers
            .update(
                config.getName(),
                current -> {
                  current.ifPresent(TriggerServiceImpl::requireOperator);
                  before.set(
                      current
                          .map(record -> record.getTrigger().getConfig())
                          .orElse(TriggerConfig.getDefaultInstance()));
                  return next(request, asked, current);
                })
            .getTrigger();
    sources.follow(config.getName(), requireNonNull(before.get()));
    return sources.shown(trigger);
  }

  private void requireSecrets(String team, List<String> names) {
    List<SpecViolation> violations = secrets.violations("config.webhook.secrets", team, names);
    if (!violations.isEmpty()) {
      throw TriggerErrors.invalid(violations);
    }
  }

  /** Throws ABORTED where the request expects another revision. */
  private static TriggerRecord next(
      SetTriggerRequest request, Trigger.Builder asked, Optional<TriggerRecord> current) {
    Optional<Trigger> live =
        current.filter(record -> !record.hasDeletedAt()).map(TriggerRecord::getTrigger);
    long revision = current.map(record -> record.getTrigger().getRevision()).orElse(0L);
    long replaced = live.map(Trigger::getRevision).orElse(0L);
    if (request.hasExpectedRevision() && request.getExpectedRevision() != replaced) {
      throw TriggerErrors.changed(
          request.getConfig().getName(), replaced, request.getExpectedRevision());
    }
    Trigger.Builder next =
        asked
            .clone()
            .setRevision(revision + 1)
            .setCreatedBy(live.map(Trigger::getCreatedBy).orElseGet(asked::getChangedBy))
            .setCreatedAt(live.map(Trigger::getCreatedAt).orElseGet(asked::getChangedAt));
    live.filter(Trigger::hasPause).ifPresent(paused -> next.setPause(paused.getPause()));
    return TriggerRecord.newBuilder().setTrigger(next).build();
  }

  private TriggerFiring fire(FireTriggerRequest request) throws IOException, SpecException {
    Trigger trigger = require(request.getName());
    String requestId = request.getRequestId();
    String firingId = "api-" + (requestId.isEmpty() ? UUID.randomUUID() : requestId);
    Struct payload = request.getPayload();
    Optional<FiringRecord> known =
        requestId.isEmpty()
            ? Optional.empty()
            : firings.read(trigger.getConfig().getName(), firingId);
    if (known.isPresent()
        && !known.get().getPayloadDigest().equals(LaunchingFirer.digest(payload))) {
      throw TriggerErrors.reused(requestId);
    }
    if (known.isEmpty() && trigger.hasPause()) {
      throw TriggerErrors.paused(request.getName(), trigger.getPause().getPausedBy());
    }
    TriggerFiring firing =
        firer
            .fire(
                request.getName(),
                payload,
                firingId,
                FiringCause.FIRING_CAUSE_API,
                "by " + Caller.current().name(),
                WatchedEvent.of(trigger.getConfig(), payload).appended())
            .getFiring();
    if (firing.getOutcome() == FiringOutcome.FIRING_OUTCOME_SKIPPED) {
      throw TriggerErrors.paused(request.getName(), "somebody in the meantime");
    }
    return firing;
  }

  /** Changes a trigger without a new revision, and what makes it fire. */
  private Trigger changed(String name, UnaryOperator<Trigger.Builder> change) throws IOException {
    Trigger trigger =
        change(
                name,
                record ->
                    record.toBuilder()
                        .setTrigger(change.apply(record.getTrigger().toBuilder()))
                        .build())
            .getTrigger();
    sources.follow(name, trigger.getConfig());
    return sources.shown(trigger);
  }

  /** Throws NOT_FOUND for a trigger that does not exist. */
  private TriggerRecord change(String name, UnaryOperator<TriggerRecord> change)
      throws IOException {
    Trigger ignored = require(name);
    return triggers.update(
        name,
        current -> {
          current.ifPresent(TriggerServiceImpl::requireOperator);
          return change.apply(
              current
                  .filter(record -> !record.hasDeletedAt())
                  .orElseThrow(() -> TriggerErrors.notFound(name)));
        });
  }

  /** Another team may have taken the name since the call was allowed. */
  private static void requireOperator(TriggerRecord record) {
    Trigger trigger = record.getTrigger();
    if (!Caller.current().holds(Role.ROLE_OPERATOR, trigger.getTeam())) {
      throw RpcFailures.ofOtherTeam("trigger", trigger.getConfig().getName());
    }
  }

  private Trigger require(String name) throws IOException {
    return triggers.read(name).orElseThrow(() -> TriggerErrors.notFound(name));
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }

  private <T> void answer(Message request, StreamObserver<T> observer, Call<T> call) {
    List<SpecViolation> violations = validator.validate(request);
    if (violations.isEmpty()) {
      answer(observer, call);
    } else {
      observer.onError(TriggerErrors.invalid(violations));
    }
  }

  private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
    T response;
    try {
      response = call.run();
    } catch (SpecException e) {
      observer.onError(RpcFailures.invalid("SPEC_INVALID", e.violations()));
      return;
    } catch (IOException e) {
      observer.onError(TriggerErrors.store("read or write triggers", e));
      return;
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException, SpecException;
  }
}
