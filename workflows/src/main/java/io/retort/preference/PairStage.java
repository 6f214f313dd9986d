package io.retort.preference;

import io.retort.rows.RowStageInputs;
import io.retort.rows.UsageDetail;
import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.CurationSummary;
import io.retort.v1.LastStage;
import io.retort.v1.PairingSummary;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Stage 2 of the recipe: builds preference pairs from kept chains and worse ones. */
public final class PairStage implements RunStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_PAIR;
  }

  @Override
  public int version() {
    return 4;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.of(
        LastStage.LAST_STAGE_PAIR, LastStage.LAST_STAGE_RELEASE, LastStage.LAST_STAGE_UNSPECIFIED);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "seed",
        "student.size",
        "curation.llm_validation",
        "preference",
        "judge.roles.corrupt",
        "judge.roles.validate");
  }

  @Override
  public String unit() {
    return "rows";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    CurationSummary curated = context.summary().getCuration();
    SortedMap<String, String> inputs = RowStageInputs.describe(context, stage());
    inputs.put("kept samples", curated.getKept().getSha256());
    inputs.put("curation records", curated.getRecords().getSha256());
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    CurationSummary curated = context.summary().getCuration();
    context.expect(curated.getKept().getRows());
    PairingSummary summary =
        context
            .rows(
                curated.getKept(),
                context.summary().getIngest().getShards(),
                Optional.of(curated.getRecords()))
            .getPairing();
    return new StageOutput(
        RunSummary.newBuilder().setPairing(summary).build(),
        List.of(summary.getPairs()),
        summary.getRows(),
        summary.getPairs().getRows()
            + " pairs"
            + UsageDetail.of(summary.getUsage(), summary.getCache()));
  }
}
