package io.retort.trigger;

import io.grpc.StatusRuntimeException;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.Role;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerRecord;
import java.io.IOException;
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

  private final TriggerStore triggers;
  private final FiringStore firings;
  private final LaunchingFirer firer;

  TriggerLists(TriggerStore triggers, FiringStore firings, LaunchingFirer firer) {
    this.triggers = triggers;
    this.firings = firings;
    this.firer = firer;
  }

  /** Those that the caller may see. */
  ListTriggersResponse triggers(ListTriggersRequest request) throws IOException {
    int size = request.getPageSize() == 0 ? DEFAULT_TRIGGERS : request.getPageSize();
    Caller caller = Caller.current();
    ListTriggersResponse.Builder response = ListTriggersResponse.newBuilder();
    int read = 0;
    int bytes = 0;
    String last = "";
    for (String name : triggers.names()) {
      if (name.compareTo(request.getPageToken()) <= 0) {
        continue;
      }
      if (response.getTriggersCount() == size || read == MOST_READ || bytes > LARGEST_PAGE) {
        return response.setNextPageToken(last).build();
      }
      read++;
      last = name;
      Optional<Trigger> trigger =
          triggers.read(name).filter(found -> caller.holds(Role.ROLE_VIEWER, found.getTeam()));
      if (trigger.isPresent()) {
        Trigger shown = withLast(trigger.get());
        bytes += shown.getSerializedSize();
        response.addTriggers(shown);
      }
    }
    return response.build();
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
