package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import io.retort.enums.EnumText;
import io.retort.v1.LaneConfig;
import io.retort.v1.LanePolicy;
import io.retort.v1.ListLanesResponse;
import java.util.List;

/**
 * The lanes by name.
 *
 * @param next address of the next page, empty on the last one
 * @param allowed whether the reader may set a lane
 */
public record LaneListView(
    List<Row> rows, List<LanePolicyChoice> policies, String next, boolean allowed) {
  /**
   * A lane.
   *
   * @param slots runs at once
   */
  public record Row(
      String name,
      String address,
      String policy,
      String slots,
      String changed,
      String machine,
      String by) {
    static Row of(LaneConfig lane) {
      return new Row(
          lane.getName(),
          LaneListView.address(lane.getName()),
          EnumText.words(lane.getPolicy()),
          Integer.toUnsignedString(lane.getParallelism()),
          Times.shown(lane.getChangedAt()),
          Times.machine(lane.getChangedAt()),
          lane.getChangedBy());
    }
  }

  static LaneListView of(ListLanesResponse page, boolean allowed) {
    return new LaneListView(
        page.getLanesList().stream().map(Row::of).toList(),
        LanePolicyChoice.all(LanePolicy.LANE_POLICY_SEQUENTIAL),
        page.getNextPageToken().isEmpty()
            ? ""
            : "/lanes?" + QueryParams.of("page_token", page.getNextPageToken()).toQueryString(),
        allowed);
  }

  static String address(String lane) {
    return "/lanes/" + Paths.segment(lane);
  }
}
