package io.retort.curation;

import io.retort.rows.RowStageInputs;
import io.retort.rows.UsageDetail;
import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.CurationSummary;
import io.retort.v1.IngestSummary;
import io.retort.v1.LastStage;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Stage 1 of the recipe: evaluates, improves and validates chains of thought. */
public final class CurateStage implements RunStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_CURATE;
  }

  @Override
  public int version() {
    return 4;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.allOf(LastStage.class);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "seed",
        "student.size",
        "student.endpoint",
        "curation",
        "judge.roles.evaluate",
        "judge.roles.improve",
        "judge.roles.validate",
        "judge.roles.rate");
  }

  @Override
  public String unit() {
    return "rows";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    SortedMap<String, String> inputs = RowStageInputs.describe(context, stage());
    inputs.put("data set", context.summary().getIngest().getDataset().getSha256());
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    IngestSummary ingested = context.summary().getIngest();
    context.expect(ingested.getRows());
    CurationSummary summary =
        context.rows(ingested.getDataset(), ingested.getShards(), Optional.empty()).getCuration();
    return new StageOutput(
        RunSummary.newBuilder().setCuration(summary).build(),
        List.of(summary.getKept(), summary.getRecords()),
        summary.getRows(),
        summary.getRetained()
            + " retained, "
            + summary.getImproved()
            + " improved"
            + UsageDetail.of(summary.getUsage(), summary.getCache()));
  }
}
