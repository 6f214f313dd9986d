package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import io.retort.report.Figures;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.util.Arrays;
import java.util.List;

/**
 * A page of the list of runs.
 *
 * @param next address of the next page, empty on the last one
 * @param first address of the first page, empty on it
 * @param self address of this page
 */
public record RunListView(
    List<Row> rows, List<PhaseChoice> phases, String next, String first, String self) {
  /** A run in the list. */
  public record Row(
      String id,
      String name,
      String team,
      String student,
      PhaseView phase,
      StageStrip stages,
      String created,
      String createdMachine,
      String took) {
    static Row of(Run run) {
      return new Row(
          run.getRunId(),
          run.getSpec().getName(),
          run.getSpec().getTeam(),
          run.getSpec().getStudent().getModel(),
          PhaseView.of(run.getPhase()),
          StageStrip.of(run),
          Times.shown(run.getCreatedAt()),
          Times.machine(run.getCreatedAt()),
          run.hasFinishedAt()
              ? Figures.duration(Figures.seconds(run.getCreatedAt(), run.getFinishedAt()))
              : "");
    }
  }

  /**
   * A phase by which the list can be filtered.
   *
   * @param value in the query
   */
  public record PhaseChoice(String value, String words, boolean chosen) {}

  static RunListView of(ListRunsResponse page, List<RunPhase> phases, String token) {
    return new RunListView(
        page.getRunsList().stream().map(Row::of).toList(),
        choices(phases),
        page.getNextPageToken().isEmpty() ? "" : address(phases, page.getNextPageToken()),
        token.isEmpty() ? "" : address(phases, ""),
        address(phases, token));
  }

  private static List<PhaseChoice> choices(List<RunPhase> chosen) {
    return Arrays.stream(RunPhase.values())
        .filter(phase -> phase != RunPhase.RUN_PHASE_UNSPECIFIED && phase != RunPhase.UNRECOGNIZED)
        .map(phase -> new PhaseChoice(phase.name(), Figures.name(phase), chosen.contains(phase)))
        .toList();
  }

  private static String address(List<RunPhase> phases, String token) {
    QueryParamsBuilder query = QueryParams.builder();
    phases.forEach(phase -> query.add("phase", phase.name()));
    if (!token.isEmpty()) {
      query.add("page_token", token);
    }
    String text = query.build().toQueryString();
    return text.isEmpty() ? "/runs" : "/runs?" + text;
  }
}
