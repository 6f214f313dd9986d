package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import io.retort.enums.EnumText;
import io.retort.v1.LaneConfig;
import io.retort.v1.ListLanesResponse;
import java.util.List;
import java.util.Optional;

/**
 * The lanes by name.
 *
 * @param next address of the next page, empty on the last one
 * @param form of a new lane; absent where the reader may make none
 */
public record LaneListView(List<Row> rows, String next, Optional<LaneForm> form) {
  /**
   * A lane.
   *
   * @param team whose runs may wait in it; empty for every team
   * @param slots runs at once
   */
  public record Row(
      String name,
      String address,
      String team,
      String policy,
      String slots,
      String changed,
      String machine,
      String by) {
    static Row of(LaneConfig lane) {
      return new Row(
          lane.getName(),
          LaneListView.address(lane.getName()),
          lane.getTeam(),
          EnumText.words(lane.getPolicy()),
          Integer.toUnsignedString(lane.getParallelism()),
          Times.shown(lane.getChangedAt()),
          Times.machine(lane.getChangedAt()),
          lane.getChangedBy());
    }
  }

  static LaneListView of(ListLanesResponse page, Optional<LaneForm> form) {
    return new LaneListView(
        page.getLanesList().stream().map(Row::of).toList(),
        page.getNextPageToken().isEmpty()
            ? ""
            : "/lanes?" + QueryParams.of("page_token", page.getNextPageToken()).toQueryString(),
        form);
  }

  static String address(String lane) {
    return "/lanes/" + Paths.segment(lane);
  }
}
