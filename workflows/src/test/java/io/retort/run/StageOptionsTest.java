package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.evaluation.EvaluationActivities;
import io.retort.export.ExportActivities;
import io.retort.ingest.IngestActivities;
import io.retort.release.ReleaseActivities;
import io.retort.shard.PromptActivities;
import io.retort.shard.RowStageActivities;
import io.retort.stage.StageActivities;
import io.retort.v1.RunSpec;
import io.temporal.activity.ActivityMethod;
import io.temporal.common.Priority;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StageOptionsTest {
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
        .flatMap(activities -> Stream.of(activities.getDeclaredMethods()));
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

  @Test
  void backoffIsThatOfTheRetryPolicy() {
    assertThat(StageOptions.backoff(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(StageOptions.backoff(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(StageOptions.backoff(7)).isEqualTo(Duration.ofMinutes(1));
    assertThat(StageOptions.backoff(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(1));
  }
}
