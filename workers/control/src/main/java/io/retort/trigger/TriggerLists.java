package io.retort.trigger;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.retort.call.ParallelReads;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.Role;
import io.retort.v1.ScheduleSource;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerRecord;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** Pages of triggers, of their firings and of their revisions. */
final class TriggerLists {
  private static final int DEFAULT_PAGE = 50;
  private static final int DEFAULT_TRIGGERS = 100;

  /** Records that are read for a page, some of which it does not show. */
  private static final int MOST_READ = 2000;

  /** In bytes; a client takes messages of 4 MiB. */
  private static final int LARGEST_PAGE = 2 << 20;

  private static final int READ_AT_ONCE = 64;

  private static final ParallelReads READS = new ParallelReads("trigger-reads");

  private final TriggerStore triggers;
  private final FiringStore firings;
  private final LaunchingFirer firer;
  private final Clock clock;

  TriggerLists(TriggerStore triggers, FiringStore firings, LaunchingFirer firer, Clock clock) {
    this.triggers = triggers;
    this.firings = firings;
    this.firer = firer;
    this.clock = clock;
  }

  /** Those that the caller may see. */
  ListTriggersResponse triggers(ListTriggersRequest request) throws IOException {
    int size = request.getPageSize() == 0 ? DEFAULT_TRIGGERS : request.getPageSize();
    Caller caller = Caller.current();
    ListTriggersResponse.Builder response = ListTriggersResponse.newBuilder();
    List<String> names =
        triggers.names().stream()
            .filter(name -> name.compareTo(request.getPageToken()) > 0)
            .toList();
    int bytes = 0;
    int at = 0;
    while (at < names.size()) {
      // As many at once as fit, and some whose team is another.
      List<String> batch = names.subList(at, Math.min(names.size(), at + READ_AT_ONCE));
      for (Optional<Trigger> trigger : READS.all(batch, name -> listed(name, caller))) {
        if (response.getTriggersCount() == size || at == MOST_READ || bytes > LARGEST_PAGE) {
          return response.setNextPageToken(names.get(at - 1)).build();
        }
        at++;
        if (trigger.isPresent()) {
          bytes += trigger.get().getSerializedSize();
          response.addTriggers(trigger.get());
        }
      }
    }
    return response.build();
  }

  /** Empty for one that the caller may not see, or that was deleted. */
  private Optional<Trigger> listed(String name, Caller caller) throws IOException {
    Optional<Trigger> found;
    try {
      found = triggers.read(name).filter(read -> caller.holds(Role.ROLE_VIEWER, read.getTeam()));
    } catch (CorruptArtifactException e) {
      // Nobody knows whose it is.
      return caller.everywhere(Role.ROLE_VIEWER)
          ? Optional.of(
              Trigger.newBuilder()
                  .setConfig(TriggerConfig.newBuilder().setName(name))
                  .setProblem("its record cannot be read: " + e.getMessage())
                  .build())
          : Optional.empty();
    }
    if (found.isEmpty()) {
      return found;
    }
    Trigger.Builder shown = found.get().toBuilder();
    nextTime(found.get()).ifPresent(shown::setNextTime);
    try {
      firings.last(name).ifPresent(shown::setLastFiring);
    } catch (CorruptArtifactException e) {
      shown.setProblem("its last firing cannot be read: " + e.getMessage());
    }
    return Optional.of(shown.build());
  }

  /** By the expression alone; Temporal has the same one. */
  private Optional<Timestamp> nextTime(Trigger trigger) {
    ScheduleSource schedule = trigger.getConfig().getSchedule();
    if (!trigger.getConfig().hasSchedule()
        || trigger.hasPause()
        || CronExpression.problem(schedule.getCron()).isPresent()) {
      return Optional.empty();
    }
    String zone = schedule.getTimeZone().isEmpty() ? "UTC" : schedule.getTimeZone();
    return CronExpression.of(schedule.getCron())
        .next(clock.instant(), ZoneId.of(zone))
        .map(time -> Timestamps.fromSeconds(time.getEpochSecond()));
  }

  /** Decides firings first that a process has left undecided. */
  ListFiringsResponse firings(ListFiringsRequest request) throws IOException {
    String name = request.getName();
    if (triggers.record(name).isEmpty()) {
      throw TriggerErrors.notFound(name);
    }
    if (!FiringStore.isToken(request.getPageToken())) {
      throw token(request.getPageToken());
    }
    firer.heal(name);
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    List<TriggerFiring> found = firings.newest(name, request.getPageToken(), size + 1);
    ListFiringsResponse.Builder response = ListFiringsResponse.newBuilder();
    int bytes = 0;
    for (TriggerFiring firing : found) {
      if (response.getFiringsCount() == size || bytes > LARGEST_PAGE) {
        TriggerFiring last = response.getFirings(response.getFiringsCount() - 1);
        return response.setNextPageToken(FiringStore.token(last)).build();
      }
      bytes += firing.getSerializedSize();
      response.addFirings(firing);
    }
    return response.build();
  }

  ListTriggerRevisionsResponse revisions(ListTriggerRevisionsRequest request) throws IOException {
    String name = request.getName();
    Trigger current =
        triggers
            .record(name)
            .map(TriggerRecord::getTrigger)
            .orElseThrow(() -> TriggerErrors.notFound(name));
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    long below = Long.MAX_VALUE;
    if (!request.getPageToken().isEmpty()) {
      if (!request.getPageToken().matches("[1-9][0-9]{0,17}")) {
        throw token(request.getPageToken());
      }
      below = Long.parseLong(request.getPageToken());
    }
    ListTriggerRevisionsResponse.Builder response = ListTriggerRevisionsResponse.newBuilder();
    int bytes = 0;
    if (current.getRevision() < below) {
      response.addRevisions(current);
      bytes += current.getSerializedSize();
      below = current.getRevision();
    }
    for (Trigger earlier : triggers.earlier(name, below, size + 1 - response.getRevisionsCount())) {
      if (response.getRevisionsCount() == size || bytes > LARGEST_PAGE) {
        return response.setNextPageToken(String.valueOf(earlier.getRevision() + 1)).build();
      }
      bytes += earlier.getSerializedSize();
      response.addRevisions(earlier);
    }
    return response.build();
  }

  Trigger withLast(Trigger trigger) throws IOException {
    Trigger.Builder shown = trigger.toBuilder();
    firings.last(trigger.getConfig().getName()).ifPresent(shown::setLastFiring);
    return shown.build();
  }

  private static StatusRuntimeException token(String token) {
    return TriggerErrors.invalid(
        List.of(
            new SpecViolation(
                "page_token",
                '"' + token + "\" (expected: next_page_token of an earlier response)")));
  }
}
