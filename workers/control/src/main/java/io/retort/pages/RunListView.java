package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.enums.RunPhases;
import io.retort.report.Figures;
import io.retort.run.RunStages;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A page of the list of runs.
 *
 * @param problems what is wrong with the search, by the name of its field
 * @param next address of the next page, empty on the last one
 * @param first address of the first page, empty on it
 * @param self address of this page
 */
public record RunListView(
    List<Row> rows,
    RunSearch search,
    Map<String, String> problems,
    String next,
    String first,
    String self) {
  /**
   * A run in the list.
   *
   * @param training whether a training runs, whose loss is fetched and not in {@code loss}
   */
  public record Row(
      String id,
      String name,
      String team,
      String student,
      PhaseView phase,
      StageStrip stages,
      boolean training,
      Sparkline loss,
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
          isTraining(run),
          Sparkline.of(run.getLossPreview()),
          Times.shown(run.getCreatedAt()),
          Times.machine(run.getCreatedAt()),
          run.hasFinishedAt()
              ? Figures.duration(Figures.seconds(run.getCreatedAt(), run.getFinishedAt()))
              : "");
    }

    private static boolean isTraining(Run run) {
      return run.getPhase() == RunPhase.RUN_PHASE_RUNNING
          && run.getStagesList().stream()
              .map(StageProgress::getStage)
              .reduce((earlier, later) -> later)
              .filter(RunStages::isTraining)
              .isPresent();
    }
  }

  /**
   * Something that can be chosen.
   *
   * @param value in the query
   */
  public record Choice(String value, String words, boolean chosen) {}

  static RunListView of(ListRunsResponse page, RunSearch search, String token) {
    return new RunListView(
        page.getRunsList().stream().map(Row::of).toList(),
        search,
        Map.of(),
        page.getNextPageToken().isEmpty() ? "" : search.address(page.getNextPageToken()),
        token.isEmpty() ? "" : search.address(""),
        search.address(token));
  }

  static RunListView refused(RunSearch search, Map<String, String> problems) {
    return new RunListView(List.of(), search, problems, "", "", search.address(""));
  }

  /** Empty where the field is right. */
  public String problem(String field) {
    return problems.getOrDefault(field, "");
  }

  public List<Choice> phases() {
    return RunPhases.LISTED.stream()
        .map(
            phase -> new Choice(phase.name(), Figures.name(phase), search.phases().contains(phase)))
        .toList();
  }

  public List<Choice> stages() {
    List<Choice> stages = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      if (stage != Stage.STAGE_UNSPECIFIED && stage != Stage.UNRECOGNIZED) {
        String value = EnumText.shortName(stage);
        stages.add(new Choice(value, Figures.name(stage), value.equals(search.stage())));
      }
    }
    return stages;
  }

  public List<Choice> orders() {
    return List.of(
        order("", "newest first"),
        order("created_at", "oldest first"),
        order("name", "by name"),
        order("name desc", "by name, from Z"));
  }

  private Choice order(String value, String words) {
    return new Choice(value, words, value.equals(search.order()));
  }
}
