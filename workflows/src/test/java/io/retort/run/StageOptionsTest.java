package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.activity.TaskQueues;
import io.retort.evaluation.EvaluationActivities;
import io.retort.export.ExportActivities;
import io.retort.ingest.IngestActivities;
import io.retort.release.ReleaseActivities;
import io.retort.rows.PromptActivities;
import io.retort.rows.RowStageActivities;
import io.retort.stage.StageActivities;
import io.retort.v1.RunSpec;
import io.temporal.activity.ActivityMethod;
import io.temporal.common.Priority;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StageOptionsTest {
  /** Started by the child workflow of a row stage, with options of its own. */
  private static final Set<String> OF_SHARDS =
      Set.of(RowStageActivities.RUN_SHARD, RowStageActivities.FINISH_STAGE);

  static Stream<Method> pipelineActivities() {
    return Stream.of(
            IngestActivities.class,
            PromptActivities.class,
            RowStageActivities.class,
            EvaluationActivities.class,
            ReleaseActivities.class,
            ExportActivities.class,
            StageActivities.class,
            RunRecordActivities.class)
        .flatMap(activities -> Stream.of(activities.getDeclaredMethods()))
        .filter(method -> !OF_SHARDS.contains(method.getAnnotation(ActivityMethod.class).name()));
  }

  @Test
  void trainersQueueByPriorityAndTeam() {
    RunSpec spec = RunSpec.newBuilder().setPriority(2).setTeam("vision").build();

    Priority priority = StageOptions.trainer(spec).getPriority();

    assertThat(priority.getPriorityKey()).isEqualTo(2);
    assertThat(priority.getFairnessKey()).isEqualTo("vision");
  }

  @ParameterizedTest
  @MethodSource("pipelineActivities")
  void everyActivityHasOptionsUnderItsName(Method method) {
    String name = method.getAnnotation(ActivityMethod.class).name();

    assertThat(StageOptions.of(name)).containsOnlyKeys(name);
    assertThat(StageOptions.pipeline(name).getTaskQueue()).isEqualTo(TaskQueues.PIPELINE);
    assertThat(StageOptions.pipeline(name).getStartToCloseTimeout()).isPositive();
  }
}
