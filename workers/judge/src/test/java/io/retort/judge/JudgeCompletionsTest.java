package io.retort.judge;

import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.improve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.Difficulty;
import io.retort.v1.ImproveResponse;
import io.retort.v1.Usage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dialects in which endpoints state the content and finish reason of a completion. */
class JudgeCompletionsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String HARD = "{\"critique\": \"It wanders.\", \"difficulty\": \"HARD\"}";

  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    fixture = new JudgeFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stop", "STOP", "end_turn", "stop_sequence", "eos_token"})
  void knownEndsAreEnds(String reason) {
    fixture.endpoint.then(ScriptedEndpoint.completion("3 * 4 = 12.", reason));

    assertThat(fixture.stub().improve(improve(Difficulty.DIFFICULTY_SIMPLE)).getChain())
        .isEqualTo("3 * 4 = 12.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tool_calls", "function_call", "none", "", "pause"})
  void anUnknownEndIsAskedOnceMoreAndThenUnparsed(String reason) {
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.completion("3 * 4", reason));

    StatusRuntimeException thrown = improveFails();

    assertThat(failure(thrown).getType()).isEqualTo("UNPARSED");
    assertThat(failure(thrown).getMessage()).contains("finish_reason: " + reason, "expected stop");
    assertThat(JudgeFixture.detail(thrown, Usage.class))
        .hasValueSatisfying(usage -> assertThat(usage.getCompletionTokens()).isEqualTo(10));
    assertThat(fixture.endpoint.untaken()).isEqualTo(2);
  }

  @Test
  void anAnswerWithoutAnEndIsNoAnswer() {
    ObjectNode body = ScriptedEndpoint.completionBody("3 * 4", "stop");
    ((ObjectNode) body.path("choices").path(0)).putNull("finish_reason");
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.json(body));

    assertThat(failure(improveFails()).getType()).isEqualTo("UNPARSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"abort", "error", "cancelled", "insufficient_system_resource"})
  void anAnswerThatTheEndpointBrokeOffIsTheEndpointsFailure(String reason) {
    fixture.endpoint.then(ScriptedEndpoint.completion("3 * 4", reason));

    StatusRuntimeException thrown = improveFails();

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_UNAVAILABLE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"safety", "refusal", "content_filter"})
  void aFilterByAnotherNameIsAFilter(String reason) {
    fixture.endpoint.then(ScriptedEndpoint.completion("3 * 4", reason));

    assertThat(failure(improveFails()).getType()).isEqualTo("TRUNCATED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"type\": \"text\", \"text\": \"%s\"}]",
        "[{\"type\": \"reasoning\", \"text\": \"Easy?\"}, {\"type\": \"output_text\", \"text\":"
            + " \"%s\"}]",
        "[{\"type\": \"thinking\", \"thinking\": [{\"type\": \"text\", \"text\": \"Hm.\"}]},"
            + " {\"text\": \"%s\"}]",
        "[{\"type\": \"text\", \"text\": \"\"}, {\"type\": \"text\", \"text\": \"%s\"}]",
        "[{\"text\": \"Easy?\", \"thought\": true}, {\"text\": \"%s\", \"thought\": false}]"
      })
  void theTextPartsOfAListAreTheContent(String parts) throws JsonProcessingException {
    fixture.endpoint.then(parts(parts.replace("%s", HARD.replace("\"", "\\\""))));

    assertThat(fixture.stub().evaluate(evaluate("judge")).getVerdict().getDifficulty())
        .isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
  }

  @Test
  void aListWithoutTextIsEmpty() throws JsonProcessingException {
    fixture.endpoint.then(parts("[{\"type\": \"refusal\", \"refusal\": \"I will not.\"}]"));

    StatusRuntimeException thrown = improveFails();

    assertThat(failure(thrown).getType()).isEqualTo("EMPTY");
    assertThat(failure(thrown).getMessage()).contains("I will not.");
  }

  @Test
  void anErrorWithinAnAnswerIsTheEndpointsFailure() {
    fixture.endpoint.then(
        body(
            "{'choices': [{'finish_reason': 'stop', 'error': {'code': 502, 'message': 'gone'},"
                + " 'message': {'content': '3 * 4 ='}}]}"));

    StatusRuntimeException thrown = improveFails();

    assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_UNAVAILABLE");
    assertThat(failure(thrown).getMessage()).contains("502", "gone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices': [{'finish_reason': 'stop', 'message': {'content': 'a', 'content': 'b'}}]}",
        "{'choices': [{'finish_reason': 'length', 'finish_reason': 'stop',"
            + " 'message': {'content': 'a'}}]}",
        "{'choices': [{'finish_reason': 'stop', 'message': {'content': 'a'}, 'message': {}}]}",
        "{'choices': [{'finish_reason': 'stop', 'message': {'content': 'a'}}], 'choices': []}"
      })
  void anAnswerThatIsStatedTwiceIsNoAnswer(String body) {
    fixture.endpoint.otherwise(request -> body(body));

    StatusRuntimeException thrown = improveFails();

    assertThat(failure(thrown).getType()).isEqualTo("UNPARSED");
    assertThat(failure(thrown).getMessage()).contains(" twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775807", "1e400", "NaN", "1e13"})
  void anImpossibleCountIsNoCount(String count) {
    fixture.endpoint.then(
        body(
            "{'choices': [{'finish_reason': 'stop', 'logprobs': {'content': [-Infinity]},"
                + " 'message': {'content': 'Nine.', 'annotations': [], 'annotations': []}}],"
                + " 'usage': {'prompt_tokens': "
                + count
                + ", 'completion_tokens': 3}}"));

    ImproveResponse response = fixture.stub().improve(improve(Difficulty.DIFFICULTY_SIMPLE));

    assertThat(response.getChain()).isEqualTo("Nine.");
    assertThat(response.getProvenance().getUsage())
        .isEqualTo(Usage.newBuilder().setCalls(1).setUncountedCalls(1).build());
  }

  private static HttpResponse body(String json) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, json.replace('\'', '"'));
  }

  private static HttpResponse parts(String parts) throws JsonProcessingException {
    ObjectNode body = ScriptedEndpoint.completionBody("", "stop");
    ((ObjectNode) body.path("choices").path(0).path("message"))
        .set("content", MAPPER.readTree(parts));
    return ScriptedEndpoint.json(body);
  }

  private StatusRuntimeException improveFails() {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> fixture.stub().improve(improve(Difficulty.DIFFICULTY_SIMPLE)));
  }
}
