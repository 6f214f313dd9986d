package io.retort.export;

import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportSummary;
import io.retort.v1.LastStage;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Exports kept samples and pairs as a data set, also for runs without training. */
public final class ExportStage implements RunStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_EXPORT;
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.allOf(LastStage.class);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "name",
        "student.system_prompt",
        "student.trace_format",
        "student.max_length",
        "student.size");
  }

  @Override
  public String unit() {
    return "rows";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    RunSummary summary = context.summary();
    SortedMap<String, String> inputs = new TreeMap<>();
    inputs.put("kept samples", summary.getCuration().getKept().getSha256());
    inputs.put("curation records", summary.getCuration().getRecords().getSha256());
    if (summary.hasPairing()) {
      inputs.put("preference pairs", summary.getPairing().getPairs().getSha256());
    }
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    ExportActivities activities =
        context.activities(ExportActivities.class, ExportActivities.EXPORT_DATA);
    ExportSummary export =
        context
            .call(
                () ->
                    activities.exportData(
                        ExportDataRequest.newBuilder()
                            .setRun(context.snapshot())
                            .setStoreUri(context.run().getStoreUri())
                            .build()))
            .getExport();
    return new StageOutput(
        RunSummary.newBuilder().setExport(export).build(),
        List.of(export.getManifest()),
        export.getSamples() + export.getPairs(),
        export.getSamples() + " samples, " + export.getPairs() + " pairs");
  }
}
