package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.v1.DataSource;
import io.retort.v1.Plan;
import io.retort.v1.PlanEstimate;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans, retrains and lineage on the command line. */
final class PlanCommandTest {
  private static final Plan PLAN =
      Plan.newBuilder()
          .addStages(
              StagePlan.newBuilder()
                  .setStage(Stage.STAGE_INGEST)
                  .setReuse(StageReuse.STAGE_REUSE_HIT)
                  .setMadeByRunId("first-1"))
          .addStages(
              StagePlan.newBuilder()
                  .setStage(Stage.STAGE_CURATE)
                  .setReuse(StageReuse.STAGE_REUSE_RUN)
                  .setComparedRunId("first-1")
                  .addDifferences(
                      StageDifference.newBuilder()
                          .setName("curation.max_rounds")
                          .setBefore("2")
                          .setAfter("5"))
                  .setEstimate(
                      PlanEstimate.newBuilder()
                          .setRows(1200)
                          .setCalls(4800)
                          .setSeconds(2400)
                          .setCost(3.1)
                          .setBasisRunId("first-1")
                          .setBasisRows(600)
                          .setBasisSeconds(1200)))
          .setTotal(PlanEstimate.newBuilder().setSeconds(2400).setCost(3.1))
          .addWaitsFor("8 GPU")
          .build();

  private Path folder;
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    control = new FakeRunService();
    control.plan = PLAN;
    Files.writeString(
        folder.resolve("spec.yaml"), "name: demo\nseed: 7\ndata: {train: [{path: a.jsonl}]}\n");
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void aPlanSaysWhatRunsWhyAndWhatItTakes() throws Exception {
    Ended ended = retort("plan", folder.resolve("spec.yaml").toString(), "--set", "seed=8");

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output().lines())
        .containsExactly(
            "plan: ingest HIT; curate RUN because curation.max_rounds changed; about 40 min 00 s,"
                + " judge cost about 3.1000",
            "  ingest     HIT   made by first-1",
            "  curate     RUN   compared with first-1:",
            "                   curation.max_rounds: 2 -> 5",
            "                   1,200 rows, 4,800 calls, cost 3.1000, about 40 min 00 s (as run"
                + " first-1: 600 in 20 min 00 s)",
            "  waits for 8 GPU");
    assertThat(control.planned.get(0).getSpec().getSeed()).isEqualTo(8);
    assertThat(control.created).isEmpty();
  }

  @Test
  void aRunShowsItsPlanBeforeItStarts() throws Exception {
    String spec = folder.resolve("spec.yaml").toString();

    assertThat(retort("run", spec).output().lines())
        .satisfiesExactly(
            plan -> assertThat(plan).startsWith("plan: ingest HIT; curate RUN"),
            id -> assertThat(id).isEqualTo(FakeRunService.RUN_ID));
    assertThat(retort("run", spec, "--no-plan").output()).isEqualTo(FakeRunService.RUN_ID);
    assertThat(control.planned).hasSize(1);
    assertThat(control.created).hasSize(2);
  }

  @Test
  void aRetrainTakesMoreOrOtherDataAndAStageToBeginWith() throws Exception {
    control.run =
        control.run.toBuilder()
            .setSpec(SpecFile.read(folder.resolve("spec.yaml"), List.of("data.train[0].limit=3")))
            .build();

    Ended appended =
        retort(
            "runs",
            "retrain",
            FakeRunService.RUN_ID,
            "--append-data",
            "b.jsonl",
            "--from-stage",
            "cogpo");
    Ended replaced =
        retort(
            "runs",
            "retrain",
            FakeRunService.RUN_ID,
            "--data",
            "/c.jsonl",
            "--set",
            "sft.epochs=2");
    Ended planned = retort("runs", "retrain", FakeRunService.RUN_ID, "--plan");

    assertThat(appended.status()).as(appended.output()).isZero();
    assertThat(replaced.status()).as(replaced.output()).isZero();
    RetrainRunRequest first = control.retrained.get(0);
    assertThat(first.getFromStage()).isEqualTo(Stage.STAGE_COGPO);
    assertThat(first.getAppendTrain(0).getPath())
        .isEqualTo(folder.toRealPath().resolve("b.jsonl").toString());
    assertThat(first.getAppendTrain(0).hasLimit()).isFalse();
    RetrainRunRequest second = control.retrained.get(1);
    assertThat(second.getUpdateMask().getPathsList())
        .containsExactlyInAnyOrder("sft.epochs", "data.train");
    assertThat(second.getChanges().getData().getTrainList())
        .extracting(DataSource::getPath)
        .containsExactly("/c.jsonl");
    assertThat(planned.output()).startsWith("plan: ingest HIT");
    assertThat(control.retrained).hasSize(2);
  }

  @Test
  void lineageNamesRunsVersionsAndStages() throws Exception {
    assertThat(retort("runs", "lineage", "second-1").output().lines())
        .containsExactly(
            "second-1",
            "  retrained from  first-1  not known any more",
            "  released        demo:v3 (best), published by first-1",
            "  sft             HIT made by first-1");
  }

  private Ended retort(String... arguments) throws IOException, InterruptedException {
    return new RetortProcess(folder, control.address()).run(arguments);
  }
}
