package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A trigger with its revisions and firings, newest first.
 *
 * @param config as YAML
 * @param watch of one that watches a location
 * @param problem what keeps its source from firing it; empty where nothing does
 * @param pause why it is paused, by whom and since when; empty while it is not
 * @param missed times that were skipped or missed, in words
 * @param olderFirings address of older ones, empty where there are none
 * @param requestId so that a form that is sent twice fires once
 * @param allowed whether the reader may pause, resume and fire it
 */
public record TriggerView(
    String name,
    String address,
    String description,
    String source,
    String team,
    String config,
    Optional<WatchView> watch,
    String problem,
    String pause,
    String nextTime,
    String nextMachine,
    String missed,
    List<Revision> revisions,
    String olderRevisions,
    List<FiringView> firings,
    String olderFirings,
    Trial trial,
    String requestId,
    boolean allowed) {
  /** A configuration that the trigger had. */
  public record Revision(String number, String time, String machine, String by, String config) {
    static Revision of(Trigger trigger) {
      boolean changed = Times.isSet(trigger.getChangedAt());
      return new Revision(
          Long.toUnsignedString(trigger.getRevision()),
          Times.shown(changed ? trigger.getChangedAt() : trigger.getCreatedAt()),
          Times.machine(changed ? trigger.getChangedAt() : trigger.getCreatedAt()),
          trigger.getChangedBy().isEmpty() ? trigger.getCreatedBy() : trigger.getChangedBy(),
          YamlText.of(trigger.getConfig()));
    }
  }

  /**
   * What the trigger would launch for a payload.
   *
   * @param payload as the reader wrote it
   * @param refusal why there is no plan, or why it did not fire
   * @param spec as YAML, empty without a plan
   */
  public record Trial(
      String payload,
      @Nullable ErrorView refusal,
      String spec,
      Map<String, String> parameters,
      @Nullable PlanView plan) {
    static final Trial NONE = new Trial("", null, "", Map.of(), null);

    static Trial of(String payload, TestTriggerResponse response) {
      return new Trial(
          payload,
          null,
          YamlText.of(response.getSpec()),
          new TreeMap<>(response.getParametersMap()),
          PlanView.of(response.getPlan()));
    }

    static Trial refused(String payload, ErrorView refusal) {
      return new Trial(payload, refusal, "", Map.of(), null);
    }

    public Optional<ErrorView> refused() {
      return Optional.ofNullable(refusal);
    }

    public Optional<PlanView> planned() {
      return Optional.ofNullable(plan);
    }
  }

  static TriggerView of(
      Trigger trigger,
      ListFiringsResponse firings,
      ListTriggerRevisionsResponse revisions,
      Trial trial,
      String requestId,
      boolean allowed) {
    String address = TriggerListView.address(trigger.getConfig().getName());
    return new TriggerView(
        trigger.getConfig().getName(),
        address,
        trigger.getConfig().getDescription(),
        TriggerListView.source(trigger.getConfig()),
        trigger.getTeam(),
        YamlText.of(trigger.getConfig()),
        WatchView.of(trigger),
        trigger.getProblem(),
        trigger.hasPause() ? pause(trigger) : "",
        Times.shown(trigger.getNextTime()),
        Times.machine(trigger.getNextTime()),
        TriggerListView.missed(trigger),
        revisions.getRevisionsList().stream().map(Revision::of).toList(),
        older(address, "revisions", revisions.getNextPageToken()),
        firings.getFiringsList().stream().map(FiringView::of).toList(),
        older(address, "firings", firings.getNextPageToken()),
        trial,
        requestId,
        allowed);
  }

  private static String pause(Trigger trigger) {
    String since = Times.shown(trigger.getPause().getPausedAt());
    return "Paused"
        + (since.isEmpty() ? "" : " since " + since)
        + (trigger.getPause().getPausedBy().isEmpty()
            ? ""
            : " by " + trigger.getPause().getPausedBy())
        + (trigger.getPause().getReason().isEmpty() ? "" : ": " + trigger.getPause().getReason());
  }

  private static String older(String address, String list, String token) {
    return token.isEmpty() ? "" : address + "?" + QueryParams.of(list, token).toQueryString();
  }
}
