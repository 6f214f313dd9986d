package io.retort.trigger;

import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.identity.Caller;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.DataSource;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.FiringRecord;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import io.retort.v1.RunSpec;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerLaunch;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires in three steps that a crash may part: the firing is stored with the request that it makes,
 * the run is launched under an id made from the event's, and the outcome is stored. Each can be
 * repeated, by this process or by another at the same time.
 */
final class LaunchingFirer implements TriggerFirer {
  private static final Logger LOG = LoggerFactory.getLogger(LaunchingFirer.class);
  private static final int LONGEST_ID = 300;
  private static final String WEBHOOK = "webhook-";
  private static final int LONGEST_DETAIL = 1000;
  private static final int LONGEST_MESSAGE = 2000;

  /** After this time a firing without an outcome is not under way any more. */
  private static final Duration LONGEST_LAUNCH = Duration.ofMinutes(2);

  private static final int MOST_HEALED = 10;

  private final TriggerStore triggers;
  private final FiringStore firings;
  private final Launches launches;
  private final Function<RunSpec, String> teamOf;
  private final Clock clock;

  /**
   * @param teamOf the team of a run with this spec
   */
  LaunchingFirer(
      TriggerStore triggers,
      FiringStore firings,
      Launches launches,
      Function<RunSpec, String> teamOf,
      Clock clock) {
    this.triggers = triggers;
    this.firings = firings;
    this.launches = launches;
    this.teamOf = teamOf;
    this.clock = clock;
  }

  @Override
  public TriggerFiring fire(
      String trigger, Struct payload, String event, FiringCause cause, String detail) {
    return fire(trigger, payload, event, cause, detail, List.of()).getFiring();
  }

  /**
   * The same, with training files besides those that parameters name.
   *
   * @param event names the event, among those of its cause
   * @param appended are read by the run of a spec or retrain as its last sources
   */
  FiringRecord fire(
      String trigger,
      Struct payload,
      String event,
      FiringCause cause,
      String detail,
      List<DataSource> appended) {
    if (event.isEmpty() || event.length() > LONGEST_ID) {
      throw new IllegalArgumentException("event: " + event.length() + " characters");
    }
    try {
      String firingId = firingId(trigger, event, cause);
      Optional<FiringRecord> known = firings.read(trigger, firingId);
      if (known.isPresent() && isFinal(known.get())) {
        return known.get();
      }
      Trigger current = triggers.read(trigger).orElseThrow(() -> TriggerErrors.notFound(trigger));
      if (known.isPresent() && known.get().hasLaunch()) {
        // The same request again, whatever the trigger would make of the event now.
        return resume(known.get());
      }
      return resume(prepared(current, payload, begun(current, firingId, cause, detail), appended));
    } catch (IOException e) {
      throw TriggerErrors.store("fire trigger " + trigger, e);
    }
  }

  /**
   * Records a firing that launches no run, as {@link #fire} records one that is refused.
   *
   * @param failure of category USER
   */
  FiringRecord refuse(
      String trigger, String firingId, FiringCause cause, String detail, Failure failure) {
    try {
      Trigger current = triggers.read(trigger).orElseThrow(() -> TriggerErrors.notFound(trigger));
      return resume(
          FiringRecord.newBuilder()
              .setFiring(refused(begun(current, firingId, cause, detail), failure))
              .build());
    } catch (IOException e) {
      throw TriggerErrors.store("fire trigger " + trigger, e);
    }
  }

  /** Decides firings whose process has ended between launch and outcome. */
  void heal(String trigger) throws IOException {
    for (FiringRecord record : firings.undecided(trigger, MOST_HEALED)) {
      Timestamp latest =
          Timestamps.add(
              record.getFiring().getFiredAt(), Durations.fromMillis(LONGEST_LAUNCH.toMillis()));
      if (Timestamps.compare(latest, now()) < 0) {
        heal(record);
      }
    }
  }

  private void heal(FiringRecord record) throws IOException {
    try {
      Optional<String> run =
          record.hasLaunch() ? launches.launched(record.getLaunch()) : Optional.empty();
      FiringRecord unused =
          run.isPresent()
              ? launched(record, run.get())
              : refused(
                  record,
                  Failures.of(
                      FailureCategory.FAILURE_CATEGORY_PLATFORM,
                      "INTERRUPTED",
                      "the control plane ended before it launched the run (fire it again)"));
    } catch (StatusRuntimeException | SpecException e) {
      LOG.warn("a firing of trigger {} stays undecided", record.getFiring().getTrigger(), e);
    }
  }

  /** Senders of webhooks choose their ids, which must not be those of other causes. */
  private String firingId(String trigger, String event, FiringCause cause) throws IOException {
    if (cause != FiringCause.FIRING_CAUSE_WEBHOOK) {
      return event;
    }
    // Firings were recorded without the prefix once, and senders repeat an event for days.
    boolean recorded =
        firings
            .read(trigger, event)
            .filter(record -> record.getFiring().getCause() == cause)
            .isPresent();
    return recorded ? event : WEBHOOK + event;
  }

  private TriggerFiring.Builder begun(
      Trigger trigger, String firingId, FiringCause cause, String detail) {
    return TriggerFiring.newBuilder()
        .setFiringId(firingId)
        .setTrigger(trigger.getConfig().getName())
        .setRevision(trigger.getRevision())
        .setCause(cause)
        .setDetail(cut(detail, LONGEST_DETAIL))
        .setFiredAt(now());
  }

  /** A firing that is not stored yet, with its outcome where that does not depend on the launch. */
  private FiringRecord prepared(
      Trigger trigger, Struct payload, TriggerFiring.Builder firing, List<DataSource> appended) {
    FiringRecord.Builder record = FiringRecord.newBuilder().setPayloadDigest(digest(payload));
    if (trigger.hasPause()) {
      return record.setFiring(skipped(firing, trigger)).build();
    }
    try {
      ParameterValues values =
          ParameterValues.of(trigger.getConfig().getLaunch().getParametersList(), payload);
      firing.putAllParameters(values.texts());
      TriggerLaunch launch =
          launches.pinned(LaunchRequests.of(trigger.getConfig(), values, appended));
      String team = teamOf.apply(launches.spec(launch));
      if (!team.equals(trigger.getTeam())) {
        return record
            .setFiring(
                refused(
                    firing,
                    user(
                        "TEAM",
                        "the run would belong to team "
                            + team
                            + " (expected: "
                            + trigger.getTeam()
                            + ", as when the trigger was set; set it again)")))
            .build();
      }
      return record
          .setFiring(firing)
          .setLaunch(LaunchRequests.identified(launch, firing.getTrigger(), firing.getFiringId()))
          .build();
    } catch (SpecException e) {
      return record.setFiring(refused(firing, failure(e.violations()))).build();
    } catch (StatusRuntimeException e) {
      if (TriggerErrors.category(e) != FailureCategory.FAILURE_CATEGORY_USER) {
        throw e;
      }
      return record.setFiring(refused(firing, failure(TriggerErrors.violations(e)))).build();
    }
  }

  private FiringRecord resume(FiringRecord asked) throws IOException {
    FiringRecord claimed = firings.claim(asked);
    // One without a launch was refused for a reason that may have passed.
    FiringRecord record = isFinal(claimed) || claimed.hasLaunch() ? claimed : asked;
    if (isFinal(record)) {
      return firings.decide(record);
    }
    TriggerFiring firing = record.getFiring();
    Optional<Trigger> now = triggers.read(firing.getTrigger());
    try {
      // A pause that was stored since the trigger was read wins.
      if (now.isPresent() && now.get().hasPause()) {
        Optional<String> before = launches.launched(record.getLaunch());
        return before.isPresent()
            ? launched(record, before.get())
            : firings.decide(
                record.toBuilder().setFiring(skipped(firing.toBuilder(), now.get())).build());
      }
      if (now.isEmpty() || !isOfTeam(record, now.get())) {
        Optional<String> before = launches.launched(record.getLaunch());
        return before.isPresent()
            ? launched(record, before.get())
            : refused(
                record,
                user(
                    "TEAM",
                    "the trigger was deleted or belongs to another team now (expected: the one of"
                        + " its event)"));
      }
      return launched(record, launch(record, now.get().getCreatedBy()));
    } catch (SpecException e) {
      return refused(record, failure(e.violations()));
    } catch (StatusRuntimeException e) {
      FailureCategory category = TriggerErrors.category(e);
      if (category == FailureCategory.FAILURE_CATEGORY_USER) {
        return refused(record, failure(TriggerErrors.violations(e)));
      }
      if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        // The run may have started: undecided, until it is looked for.
        throw e;
      }
      FiringRecord unused =
          refused(
              record,
              Failures.of(
                  category,
                  "LAUNCH",
                  cut(String.valueOf(e.getStatus().getDescription()), LONGEST_MESSAGE)));
      throw e;
    }
  }

  private boolean isOfTeam(FiringRecord record, Trigger trigger) throws SpecException {
    return teamOf.apply(launches.spec(record.getLaunch())).equals(trigger.getTeam());
  }

  /** Returns the id of the run. */
  private String launch(FiringRecord record, String maker) throws SpecException {
    String name = record.getFiring().getTrigger();
    Caller caller =
        Caller.of(
            "trigger/" + name + (maker.isEmpty() ? "" : " (made by " + maker + ")"),
            "trigger:" + name,
            List.of(
                Grant.newBuilder()
                    .setTeam(teamOf.apply(launches.spec(record.getLaunch())))
                    .setRole(Role.ROLE_OPERATOR)
                    .build()));
    Callable<String> call = () -> launches.launch(record.getLaunch()).getRunId();
    try {
      return Context.current().withValue(Caller.KEY, caller).call(call);
    } catch (SpecException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private FiringRecord launched(FiringRecord record, String runId) throws IOException {
    return firings.decide(
        record.toBuilder()
            .setFiring(
                record.getFiring().toBuilder()
                    .setOutcome(FiringOutcome.FIRING_OUTCOME_LAUNCHED)
                    .setRunId(runId)
                    .clearFailure())
            .build());
  }

  private FiringRecord refused(FiringRecord record, Failure failure) throws IOException {
    return firings.decide(
        record.toBuilder().setFiring(refused(record.getFiring().toBuilder(), failure)).build());
  }

  private static TriggerFiring refused(TriggerFiring.Builder firing, Failure failure) {
    return firing.setOutcome(FiringOutcome.FIRING_OUTCOME_REFUSED).setFailure(failure).build();
  }

  private static TriggerFiring skipped(TriggerFiring.Builder firing, Trigger trigger) {
    return firing
        .setOutcome(FiringOutcome.FIRING_OUTCOME_SKIPPED)
        .setReason("the trigger is paused by " + trigger.getPause().getPausedBy())
        .clearFailure()
        .build();
  }

  /** Whether a repeat of the event changes nothing. */
  private static boolean isFinal(FiringRecord record) {
    TriggerFiring firing = record.getFiring();
    return switch (firing.getOutcome()) {
      case FIRING_OUTCOME_LAUNCHED, FIRING_OUTCOME_SKIPPED -> true;
      case FIRING_OUTCOME_REFUSED ->
          firing.getFailure().getCategory() == FailureCategory.FAILURE_CATEGORY_USER;
      case FIRING_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Failure failure(List<SpecViolation> violations) {
    return user(
        "SPEC_INVALID",
        cut(
            violations.stream().map(SpecViolation::toString).collect(Collectors.joining("; ")),
            LONGEST_MESSAGE));
  }

  private static Failure user(String type, String message) {
    return Failures.of(FailureCategory.FAILURE_CATEGORY_USER, type, message);
  }

  static String digest(Struct payload) {
    byte[] bytes = new byte[payload.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      payload.writeTo(output);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return Hashing.sha256().hashBytes(bytes).toString();
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }

  private static String cut(String text, int longest) {
    return text.length() > longest ? text.substring(0, longest - 3) + "..." : text;
  }
}
