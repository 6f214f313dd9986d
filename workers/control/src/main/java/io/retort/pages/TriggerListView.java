package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import io.retort.report.Figures;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import java.util.List;

/**
 * The triggers by name.
 *
 * @param next address of the next page, empty on the last one
 */
public record TriggerListView(List<Row> rows, String next) {
  /**
   * A trigger.
   *
   * @param source what fires it, in words
   * @param state "paused by ann", a problem, or empty
   */
  public record Row(
      String name,
      String address,
      String source,
      String team,
      String state,
      List<FiringView> last) {
    static Row of(Trigger trigger) {
      return new Row(
          trigger.getConfig().getName(),
          TriggerListView.address(trigger.getConfig().getName()),
          TriggerListView.source(trigger.getConfig()),
          trigger.getTeam(),
          trigger.hasPause()
              ? "paused"
                  + (trigger.getPause().getPausedBy().isEmpty()
                      ? ""
                      : " by " + trigger.getPause().getPausedBy())
              : trigger.getProblem(),
          trigger.hasLastFiring() ? List.of(FiringView.of(trigger.getLastFiring())) : List.of());
    }
  }

  static TriggerListView of(ListTriggersResponse page) {
    return new TriggerListView(
        page.getTriggersList().stream().map(Row::of).toList(),
        page.getNextPageToken().isEmpty()
            ? ""
            : "/triggers?" + QueryParams.of("page_token", page.getNextPageToken()).toQueryString());
  }

  static String address(String trigger) {
    return "/triggers/" + Paths.segment(trigger);
  }

  /** "2 skipped, 1 missed"; empty where there are none. */
  static String missed(Trigger trigger) {
    return trigger.getSkipped() == 0 && trigger.getMissed() == 0
        ? ""
        : Figures.count(trigger.getSkipped())
            + " skipped, "
            + Figures.count(trigger.getMissed())
            + " missed";
  }

  static String source(TriggerConfig config) {
    return switch (config.getSourceCase()) {
      case SCHEDULE ->
          "schedule "
              + config.getSchedule().getCron()
              + (config.getSchedule().getTimeZone().isEmpty()
                  ? " UTC"
                  : " " + config.getSchedule().getTimeZone());
      case WATCHED_DATA -> "new data in " + config.getWatchedData().getUri();
      case WEBHOOK -> "signed webhook";
      case ALERTMANAGER -> "alerts of Alertmanager";
      case SOURCE_NOT_SET -> "API alone";
    };
  }
}
