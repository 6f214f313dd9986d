package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import io.retort.answers.FastAnswerChecker;
import io.retort.curation.CurationStage;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.ScriptedJudge;
import io.retort.pipeline.ActivityFailures;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.student.TokenCounter;
import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.DescribeRowStageResponse;
import io.retort.v1.FailureCategory;
import io.retort.v1.JudgeSpec;
import io.retort.v1.PromptFile;
import io.retort.v1.RoleSpec;
import io.retort.v1.RolesSpec;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.SnapshotPromptsRequest;
import io.retort.v1.Stage;
import io.retort.worker.Environment;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PromptActivitiesTest {
  private final ScriptedJudge script = ScriptedJudge.start();
  private final TestEngine engine = new TestEngine();
  private final JudgeClient judge =
      JudgeClient.connect(script.address(), Duration.ofSeconds(30), engine.executor);
  private final TestActivityEnvironment environment = TestActivityEnvironment.newInstance();
  private Path folder;
  private PromptActivities activities;
  private RowStageActivities rows;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary;
    Store store = Store.open("file://" + temporary);
    DataRoots roots = DataRoots.of(new Environment(Map.of("RETORT_STORE", "file://" + temporary)));
    RowStage curation =
        new CurationStage(store, new FastAnswerChecker(), TokenCounter.none(), DataRoots.all());
    environment.registerActivitiesImplementations(
        new PromptActivitiesImpl(store, judge, roots, curation),
        new RowStageActivitiesImpl(store, judge, engine.engine, roots, curation));
    activities = environment.newActivityStub(PromptActivities.class);
    rows = environment.newActivityStub(RowStageActivities.class);
  }

  @AfterEach
  void stop() {
    environment.close();
    judge.close();
    script.close();
    engine.close();
  }

  @Test
  void keepsTheFilesOnceTheJudgeKnowsThem() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/evaluate-v1.system.txt"), "Judge: \u00e4");

    activities.snapshotPrompts(request("mine"));

    assertThat(folder.resolve("runs/run-1/prompts/evaluate-v1.system.txt"))
        .hasContent("Judge: \u00e4");
    assertThat(script.described)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getContext().getEndpoint()).isEqualTo("judge");
              assertThat(request.getContext().getPromptsList())
                  .containsExactly(
                      PromptFile.newBuilder()
                          .setName("evaluate-v1.system.txt")
                          .setText("Judge: \u00e4")
                          .build());
            });
  }

  @Test
  void aPlanReadsTheFilesWhereTheSpecNamesThem() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/evaluate-v1.system.txt"), "Judge.");
    RunContext run = request("mine").getRun();

    DescribeRowStageResponse planned =
        rows.describeRowStage(
            DescribeRowStageRequest.newBuilder()
                .setStage(Stage.STAGE_CURATE)
                .setRun(run.toBuilder().clearRunId())
                .setPromptsOfSpec(true)
                .build());
    activities.snapshotPrompts(request("mine"));
    DescribeRowStageResponse ran =
        rows.describeRowStage(
            DescribeRowStageRequest.newBuilder().setStage(Stage.STAGE_CURATE).setRun(run).build());

    assertThat(planned).isEqualTo(ran);
    assertThat(script.described)
        .allSatisfy(asked -> assertThat(asked.getContext().getPromptsCount()).isEqualTo(1));
  }

  @Test
  void aFolderThatIsNotThereIsTheUsersToMend() {
    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.snapshotPrompts(request("none")));

    assertThat(failure.getType()).isEqualTo("USER/PROMPTS_NOT_FOUND");
    assertThat(failure.getOriginalMessage())
        .isEqualTo(
            "judge.prompts: "
                + folder.resolve("none")
                + " (expected: a folder with at least one prompt file)");
  }

  @Test
  void filesOutsideTheWorkersRootsAreNotRead(@TempDir Path other) throws IOException {
    Path key = Files.writeString(other.resolve("key"), "secret").toRealPath();
    Files.createDirectories(folder.resolve("mine"));
    Files.createSymbolicLink(folder.resolve("mine/evaluate-v1.system.txt"), key);

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.snapshotPrompts(request("mine")));

    assertThat(failure.getType()).isEqualTo("USER/LOCATION_FORBIDDEN");
    assertThat(failure.getOriginalMessage())
        .startsWith("judge.prompts: " + folder.resolve("mine/evaluate-v1.system.txt"))
        .contains(" leads to " + key, "RETORT_DATA_ROOTS");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void aFileThatReplacesNothingIsTheUsersToMend() throws IOException {
    Files.createDirectories(folder.resolve("mine"));
    Files.writeString(folder.resolve("mine/evaluatr-v1.system.txt"), "Judge.");
    script.describe =
        request -> {
          throw ScriptedJudge.failure(
              Code.INVALID_ARGUMENT, FailureCategory.FAILURE_CATEGORY_USER, "PROMPT_UNKNOWN");
        };

    assertThat(ActivityFailures.of(() -> activities.snapshotPrompts(request("mine"))).getType())
        .isEqualTo("USER/PROMPT_UNKNOWN");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  private SnapshotPromptsRequest request(String prompts) {
    RoleSpec role = RoleSpec.newBuilder().setEndpoint("judge").build();
    return SnapshotPromptsRequest.newBuilder()
        .setRun(
            RunContext.newBuilder()
                .setRunId("run-1")
                .setStoreUri("file://" + folder)
                .setSpec(
                    RunSpec.newBuilder()
                        .setJudge(
                            JudgeSpec.newBuilder()
                                .setPrompts(folder.resolve(prompts).toString())
                                .setRoles(
                                    RolesSpec.newBuilder()
                                        .setEvaluate(role)
                                        .setImprove(role)
                                        .setValidate(role)))))
        .build();
  }
}
