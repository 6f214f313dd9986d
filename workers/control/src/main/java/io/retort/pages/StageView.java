package io.retort.pages;

import io.retort.enums.RunPhases;
import io.retort.report.Figures;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;

/**
 * A stage of the timeline.
 *
 * @param reuse "HIT", "RUN" or empty while unknown
 * @param why what the reuse means
 * @param madeBy the run that made a reused result, empty for others
 * @param count "12 of 60 rows", empty while unknown
 * @param percent 0 to 100, -1 where the total is unknown
 * @param eta "3 min 20 s left", empty while unknown
 */
public record StageView(
    String name,
    PhaseView phase,
    String reuse,
    String why,
    String madeBy,
    String count,
    int percent,
    String eta,
    String took,
    String started,
    String startedMachine,
    String detail,
    String fingerprint) {
  static StageView of(StageProgress stage) {
    boolean hit = stage.getReuse() == StageReuse.STAGE_REUSE_HIT;
    boolean ended = RunPhases.isTerminal(stage.getPhase());
    return new StageView(
        Figures.name(stage.getStage()),
        PhaseView.of(stage.getPhase()),
        hit ? "HIT" : stage.getReuse() == StageReuse.STAGE_REUSE_RUN ? "RUN" : "",
        hit
            ? "the same version, fields and inputs"
            : stage.getReuse() == StageReuse.STAGE_REUSE_RUN ? "made by this run" : "",
        hit ? stage.getMadeByRunId() : "",
        count(stage),
        stage.getTotal() > 0 ? (int) Math.min(100, 100 * stage.getDone() / stage.getTotal()) : -1,
        !ended && stage.getEtaSeconds() > 0
            ? Figures.duration(stage.getEtaSeconds()) + " left"
            : "",
        stage.hasStartedAt() && stage.hasFinishedAt()
            ? Figures.duration(Figures.seconds(stage.getStartedAt(), stage.getFinishedAt()))
            : "",
        Times.shown(stage.getStartedAt()),
        Times.machine(stage.getStartedAt()),
        stage.getDetail(),
        stage.getFingerprint());
  }

  private static String count(StageProgress stage) {
    if (stage.getTotal() > 0) {
      return Figures.count(stage.getDone())
          + " of "
          + Figures.count(stage.getTotal())
          + " "
          + stage.getUnit();
    }
    return stage.getDone() > 0 ? Figures.count(stage.getDone()) + " " + stage.getUnit() : "";
  }
}
