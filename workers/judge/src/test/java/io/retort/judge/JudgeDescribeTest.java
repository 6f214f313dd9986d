package io.retort.judge;

import static io.retort.judge.JudgeFixture.context;
import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.PromptFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Describe, and prompts that the caller provides. */
class JudgeDescribeTest {
  private static final String HARD = "{\"critique\": \"It wanders.\", \"difficulty\": \"HARD\"}";
  private static final PromptFile USER =
      PromptFile.newBuilder()
          .setName("evaluate-v1.user.txt")
          .setText("Mine: {{data:chain}} {{data:problem}} {{data:answer}}")
          .build();

  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    fixture = new JudgeFixture();
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.says(HARD));
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void modelsAndPromptVersionsAreThoseOfAnswers() {
    DescribeResponse described = describe(context("judge"));

    assertThat(described.getModelsList()).containsExactly("some-model");
    EvaluateResponse answer = fixture.stub().evaluate(evaluate("judge"));
    assertThat(described.getPromptVersionsMap())
        .containsEntry("evaluate", answer.getProvenance().getPromptVersion())
        .containsKeys("improve-expand", "corrupt-wrong-number", "rate", "follow", "solve");
    assertThat(answer.getProvenance().getAskedModelsList())
        .isEqualTo(described.getModelVersionsList())
        .containsExactly("some-model");
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
  }

  @Test
  void aRevisionOfTheEndpointIdentifiesItsModel() {
    DescribeResponse described = describe(context("other"));

    assertThat(described.getModelsList()).containsExactly("other-model");
    assertThat(described.getModelVersionsList()).containsExactly("other-model@r2");
  }

  @Test
  void promptsOfTheContextAreAskedAndDescribed() throws InterruptedException {
    JudgeContext mine = context("judge").toBuilder().addPrompts(USER).build();

    EvaluateResponse answer =
        fixture.stub().evaluate(evaluate("judge").toBuilder().setContext(mine).build());

    assertThat(fixture.endpoint.take().lastMessage()).startsWith("Mine: <data name=\"chain\">");
    assertThat(describe(mine).getPromptVersionsMap())
        .containsEntry("evaluate", answer.getProvenance().getPromptVersion())
        .isNotEqualTo(describe(context("judge")).getPromptVersionsMap());
  }

  @Test
  void aPromptThatCannotBeAskedIsInvalid() {
    JudgeContext broken =
        context("judge").toBuilder().addPrompts(USER.toBuilder().setText("Answer MEDIUM.")).build();

    StatusRuntimeException evaluated =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                fixture.stub().evaluate(evaluate("judge").toBuilder().setContext(broken).build()));
    StatusRuntimeException described =
        catchThrowableOfType(StatusRuntimeException.class, () -> describe(broken));

    assertThat(evaluated.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure(evaluated).getMessage())
        .startsWith("context.prompts: evaluate-v1.user.txt: without {{data:answer}}");
    assertThat(failure(described)).isEqualTo(failure(evaluated));
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  @Test
  void anUnknownEndpointCannotBeDescribed() {
    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> describe(context("jugde")));

    assertThat(failure(thrown).getType()).isEqualTo("UNKNOWN_ENDPOINT");
  }

  private DescribeResponse describe(JudgeContext context) {
    return fixture.stub().describe(DescribeRequest.newBuilder().setContext(context).build());
  }
}
