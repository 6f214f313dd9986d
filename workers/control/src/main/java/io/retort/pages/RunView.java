package io.retort.pages;

import io.retort.action.RunActions;
import io.retort.enums.EnumText;
import io.retort.identity.Caller;
import io.retort.report.Figures;
import io.retort.run.RunPhases;
import io.retort.run.RunStages;
import io.retort.v1.FailureCategory;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Role;
import io.retort.v1.Run;
import io.retort.v1.RunAction;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run: the part of its page that changes while it runs.
 *
 * @param actions what the reader can do in this phase: "pause", "resume", "cancel", "set budget",
 *     "retry", "retrain"
 * @param todo stages that have not begun
 * @param failureCategory empty if the run has not failed
 * @param cost of the judge against its budget, empty where there is neither
 * @param hasData whether it reads training data
 * @param curated whether its curation has ended
 * @param lineage where the run and its reused results come from, and what it released
 */
public record RunView(
    String id,
    PhaseView phase,
    boolean ended,
    List<String> actions,
    List<Fact> facts,
    String pause,
    String pauseCategory,
    boolean budgetPause,
    String failureCategory,
    String failureType,
    String failure,
    List<String> warnings,
    List<StageView> stages,
    List<String> todo,
    CostView cost,
    List<TableView> results,
    @Nullable ApprovalView approval,
    boolean hasReport,
    boolean hasData,
    boolean curated,
    List<Link> lineage,
    List<Event> events) {
  private static final Set<RunAction> BUTTONS =
      Set.of(
          RunAction.RUN_ACTION_PAUSE,
          RunAction.RUN_ACTION_RESUME,
          RunAction.RUN_ACTION_CANCEL,
          RunAction.RUN_ACTION_SET_BUDGET,
          RunAction.RUN_ACTION_RETRY,
          RunAction.RUN_ACTION_RETRAIN);

  /** A named fact of the run. */
  public record Fact(String name, String value) {}

  /**
   * @param label why it is linked
   * @param address of one of our pages
   */
  public record Link(String label, String text, String address) {}

  /** Something that happened. */
  public record Event(String time, String machine, String text) {}

  static RunView of(Run run, Caller reader) {
    boolean ended = RunPhases.isTerminal(run.getPhase());
    List<Stage> begun = run.getStagesList().stream().map(StageProgress::getStage).toList();
    return new RunView(
        run.getRunId(),
        PhaseView.of(run.getPhase()),
        ended,
        reader.holds(Role.ROLE_OPERATOR, run.getSpec().getTeam()) ? actions(run) : List.of(),
        facts(run),
        run.getPause().getMessage(),
        category(run.getPause().getCategory()),
        run.getPause().getCategory() == FailureCategory.FAILURE_CATEGORY_BUDGET,
        run.hasFailure() ? category(run.getFailure().getCategory()) : "",
        run.getFailure().getType(),
        run.getFailure().getMessage(),
        run.getWarningsList(),
        run.getStagesList().stream().map(StageView::of).toList(),
        ended
            ? List.of()
            : RunStages.of(run.getSpec()).stream()
                .filter(stage -> !begun.contains(stage))
                .map(Figures::name)
                .toList(),
        CostView.of(run),
        RunResults.of(run),
        ApprovalView.of(run, reader).orElse(null),
        !run.getSummary().getReportUri().isEmpty()
            || !run.getSummary().getRelease().getReportUri().isEmpty(),
        !DataSetView.sources(run).isEmpty(),
        run.getSummary().hasCuration(),
        lineage(run),
        events(run));
  }

  public Optional<ApprovalView> decision() {
    return Optional.ofNullable(approval);
  }

  private static List<String> actions(Run run) {
    return RunActions.of(run).stream().filter(BUTTONS::contains).map(EnumText::words).toList();
  }

  private static List<Fact> facts(Run run) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Team", run.getSpec().getTeam()));
    if (run.getSpec().getStudent().hasModel()) {
      facts.add(new Fact("Student", run.getSpec().getStudent().getModel()));
    }
    facts.add(new Fact("Launched by", run.getCreatedBy()));
    facts.add(new Fact("Created", Times.shown(run.getCreatedAt())));
    facts.add(new Fact("Lane", run.getLane().getLane()));
    facts.add(
        new Fact(
            "Labels",
            new TreeMap<>(run.getLabelsMap())
                .entrySet().stream()
                    .map(label -> label.getKey() + "=" + label.getValue())
                    .collect(Collectors.joining(", "))));
    facts.add(new Fact("Note", run.getNote()));
    if (run.hasFinishedAt()) {
      facts.add(
          new Fact(
              "Took", Figures.duration(Figures.seconds(run.getCreatedAt(), run.getFinishedAt()))));
    }
    return facts.stream().filter(fact -> !fact.value().isEmpty()).toList();
  }

  private static List<Link> lineage(Run run) {
    List<Link> links = new ArrayList<>();
    if (!run.getOriginRunId().isEmpty()) {
      links.add(runLink("Retrained from", run.getOriginRunId()));
    }
    for (StageProgress stage : run.getStagesList()) {
      if (!stage.getMadeByRunId().isEmpty()) {
        links.add(
            runLink(
                "Result of " + Figures.name(stage.getStage()) + " from", stage.getMadeByRunId()));
      }
    }
    ReleaseSummary release = run.getSummary().getRelease();
    if (release.getVersion() > 0) {
      links.add(
          new Link(
              "Released",
              release.getModel() + " version " + release.getVersion(),
              "/models/" + Paths.segment(release.getModel())));
    }
    return links;
  }

  private static Link runLink(String label, String runId) {
    return new Link(label, runId, "/runs/" + Paths.segment(runId));
  }

  private static List<Event> events(Run run) {
    List<Event> events = new ArrayList<>();
    events.add(
        new Event(
            Times.shown(run.getCreatedAt()),
            Times.machine(run.getCreatedAt()),
            "The run is created"));
    for (StageProgress stage : run.getStagesList()) {
      if (stage.hasStartedAt()) {
        events.add(
            new Event(
                Times.shown(stage.getStartedAt()),
                Times.machine(stage.getStartedAt()),
                "Stage " + Figures.name(stage.getStage()) + " begins"));
      }
      if (stage.hasFinishedAt()) {
        events.add(
            new Event(
                Times.shown(stage.getFinishedAt()),
                Times.machine(stage.getFinishedAt()),
                "Stage " + Figures.name(stage.getStage()) + ": " + Figures.name(stage.getPhase())));
      }
    }
    if (run.hasFinishedAt()) {
      events.add(
          new Event(
              Times.shown(run.getFinishedAt()),
              Times.machine(run.getFinishedAt()),
              "The run ends: " + Figures.name(run.getPhase())));
    }
    return events.stream().filter(event -> !event.time().isEmpty()).toList();
  }

  private static String category(FailureCategory category) {
    return category == FailureCategory.FAILURE_CATEGORY_UNSPECIFIED
        ? ""
        : EnumText.shortName(category);
  }
}
