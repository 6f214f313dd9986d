package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.retort.v1.DataFormat;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations in the formats of data sets with traces. */
final class ConversationsTest {
  private static final String USER = "{'role': 'user', 'content': 'What is 4 * 9?'}";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @ParameterizedTest
  @CsvSource({
    "user, assistant, <|begin_of_thought|>, <|end_of_thought|>",
    "human, gpt, <think>, </think>",
    "Human, model, <think>, </think>"
  })
  void shareGptIsFoundByItself(String user, String assistant, String open, String close)
      throws IOException {
    write(
        "{'system': 'Think for long.', 'conversations': [{'from': '"
            + user
            + "', 'value': 'What is 4 * 9?'}, {'from': '"
            + assistant
            + "', 'value': '"
            + open
            + " 4 * 9 = 36. "
            + close
            + " It is \\\\boxed{36}.'}]}");

    assertRead();
  }

  @Test
  void formatMessagesReadsShareGpt() throws IOException {
    write(
        "{'conversations': [{'from': 'system', 'value': ''}, {'from': 'human', 'value': 'What is 4"
            + " * 9?'}, {'from': 'gpt', 'value': '<think>4 * 9 = 36.</think>\\\\boxed{36}'}]}");

    assertThat(
            harness.ingest(harness.source("data.jsonl", DataFormat.DATA_FORMAT_MESSAGES)).getRows())
        .isEqualTo(1);
  }

  @Test
  void rolesAndContentsUnderTheOtherName() throws IOException {
    write(
        "{'conversations': ["
            + USER
            + ", {'role': 'assistant', 'content': '<think>4 * 9 = 36.</think>\\\\boxed{36}'}]}");

    assertRead();
  }

  @ParameterizedTest
  @CsvSource({"reasoning_content", "reasoning", "thinking"})
  void reasoningBesideTheContentIsTheChain(String field) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', '"
            + field
            + "': '4 * 9 = 36.', 'content': 'So the product is \\\\boxed{36}.'}]}");

    assertRead();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'reasoning_content': '', 'reasoning': '4 * 9 = 36.'",
        "'reasoning_content': null, 'reasoning': '\\u200b', 'thinking': '4 * 9 = 36.'",
        "'reasoning': '4 * 9 = 36.', 'thinking': true",
      })
  void theFirstReasoningThatIsNotBlankIsTheChain(String fields) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', "
            + fields
            + ", 'content': '\\\\boxed{36}'}]}");

    assertRead();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[THINK]4 * 9 = 36.[/THINK]B",
        "<thinking>4 * 9 = 36.</thinking>\\n\\nB",
        "<THINK>4 * 9 = 36.</THINK>B",
        "Sure! <thinking>4 * 9 = 36.</thinking>B",
        "<seed:think>4 * 9 = 36.</seed:think>B",
        "<think type=\\\"a\\\">4 * 9 = 36.</think>B",
        "<|start_thinking|>4 * 9 = 36.<|end_thinking|>B",
        "<analysis>4 * 9 = 36.</analysis>B",
        "[REASONING]4 * 9 = 36.[/REASONING]B",
        "4 * 9 = 36.</thinking>B",
        "<|channel|>analysis<|message|>4 * 9 = 36.<|end|><|start|>assistant<|channel|>final<|message|>B<|return|>",
        "<|channel|>analysis<|message|>4 * 9 = 36.<|end|><|start|>assistant B",
      })
  void thoughtsInTheMarkersOfAnyModel(String text) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'content': '"
            + text.replace("B", "It is \\\\boxed{36}.")
            + "'}]}");

    assertRead();
  }

  /** Steps between markers, and headings, are no thoughts before a solution. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4 * 9 = 36. <reflection>Yes.</reflection> So B | 4 * 9 = 36. Yes. So \\boxed{36}",
        "[REASONING] 4 * 9 = 36. [ANSWER] B | 4 * 9 = 36. [ANSWER] \\boxed{36}",
        "<thinking> </thinking>4 * 9 = 36, B | 4 * 9 = 36, \\boxed{36}",
        "If 3 < 4 and [thinking] so, B | If 3 < 4 and  so, \\boxed{36}",
      })
  void otherMarkersLeaveTheTextWhole(String text, String chain) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'content': '"
            + text.replace("B", "\\\\boxed{36}")
            + "'}]}");

    Sample sample = harness.samples(harness.ingest(harness.source("data.jsonl"))).get(0);

    assertThat(sample.getChain()).isEqualTo(chain.replace("\\\\", "\\"));
    assertThat(sample.getAnswer()).isEqualTo("36");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[THINK]",
        "<thinking>",
        "<THINK>",
        "Sure! <thought>",
        "<|channel|>analysis<|message|>"
      })
  void aThoughtThatDoesNotEndIsRefused(String opening) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'content': '"
            + opening
            + "4 * 9, the answer is 35? wait'}]}",
        "{'messages': [" + USER + ", {'role': 'assistant', 'content': '\\\\boxed{36}'}]}");

    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getReason, QuarantinedRow::getMessage)
        .containsExactly(
            tuple(
                "NO_ANSWER",
                "messages[].content: a thought that does not end (expected: the marker that closes"
                    + " it, and a solution)"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'from': 'human', 'content': 'What is 4 * 9?'}, {'from': 'gpt', 'content': 'T'}",
        "{'role': 'user', 'value': 'What is 4 * 9?'}, {'role': 'assistant', 'value': 'T'}",
        "{'role': 'user', 'from': 'human', 'value': 'What is 4 * 9?'}, {'from': 'chatgpt', 'value': 'T'}",
        "{'from': 'human', 'value': 'What is 4 * 9?'}, {'from': 'claude', 'value': 'T'}",
      })
  void rolesAndTextsUnderAnyOfTheirNames(String turns) throws IOException {
    write(
        "{'conversations': ["
            + turns.replace("T", "<think>4 * 9 = 36.</think>\\\\boxed{36}")
            + "]}");

    assertRead();
  }

  @Test
  void reasoningThatIsNullLeavesTheContentAsItIs() throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'reasoning_content': null, 'content': '<think>4 * 9 ="
            + " 36.</think>\\\\boxed{36}'}]}");

    assertRead();
  }

  @Test
  void reasoningIsNotRepeatedFromTheContent() throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'reasoning': '4 * 9 = 36.', 'content': '<think>4 * 9 ="
            + " 35.</think>\\\\boxed{36}'}]}");

    assertRead();
  }

  @Test
  void contentInPartsAndASystemTurnWithout() throws IOException {
    write(
        "{'messages': [{'role': 'system', 'content': null}, {'role': 'user', 'content': [{'type':"
            + " 'text', 'text': 'What is'}, {'text': '4 * 9?'}]}, {'role': 'assistant', 'content':"
            + " [{'type': 'text', 'text': '<think>4 * 9 = 36.</think>\\\\boxed{36}'}]}]}");

    Sample sample = harness.samples(harness.ingest(harness.source("data.jsonl"))).get(0);

    assertThat(sample.getProblem()).isEqualTo("What is\n4 * 9?");
    assertThat(sample.getChain()).isEqualTo("4 * 9 = 36.");
  }

  @Test
  void whatCannotBeReadSaysWhereAndWhy() throws IOException {
    write(
        "{'conversations': [{'from': 'human', 'value': 'a'}]}",
        "{'conversations': [{'from': 'human', 'value': 'a'}, {'from': 'gpt', 'value': 'b'}]}",
        "{'conversations': [{'from': 'human', 'value': 'a'}, {'from': 'gpt', 'value': 'b'},"
            + " {'from': 'human', 'value': 'c'}, {'from': 'gpt', 'value': 'd'}]}",
        "{'messages': [{'role': 'user', 'content': [{'type': 'image_url'}]}]}",
        "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': ' '}]}]}",
        "{'messages': [{'role': 'user', 'content': ['a']}]}",
        "{'messages': [" + USER + ", {'role': 'assistant', 'content': '', 'reasoning': 'a'}]}",
        "{'conversations': [{'from': 'human', 'value': 'a'}, {'from': 'llama', 'value': 'b'}]}",
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', 'content': '<think>4 * 9 = 36.</think>\\\\boxed{36}'}]}");

    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getReason, QuarantinedRow::getMessage)
        .containsExactly(
            tuple(
                "MISSING_FIELD",
                "conversations: 1 user and 0 assistant turns (expected: one of each)"),
            tuple(
                "NO_ANSWER",
                "conversations[].value: no final answer (expected: \\boxed{...} in the solution)"),
            tuple(
                "MULTI_TURN",
                "conversations: 2 user and 2 assistant turns (expected: one of each)"),
            tuple(
                "WRONG_TYPE",
                "messages[].content[].type: image_url (expected: text, the only kind that is"
                    + " read)"),
            tuple("MISSING_FIELD", "messages[].content: blank (expected: text)"),
            tuple("WRONG_TYPE", "messages[].content: string (expected: an array of objects)"),
            tuple("MISSING_FIELD", "messages[].content: blank (expected: text)"),
            tuple(
                "MISSING_FIELD",
                "conversations: 1 user and 0 assistant turns beside those of llama (expected: one of"
                    + " each)"));
  }

  private void assertRead() throws IOException {
    IngestSummary summary = harness.ingest(harness.source("data.jsonl"));

    assertThat(harness.samples(summary))
        .extracting(Sample::getProblem, Sample::getChain, Sample::getAnswer)
        .containsExactly(tuple("What is 4 * 9?", "4 * 9 = 36.", "36"));
  }

  /** Rows written with apostrophes instead of quotes. */
  private void write(String... rows) throws IOException {
    String[] json = new String[rows.length];
    for (int index = 0; index < rows.length; index++) {
      json[index] = rows[index].replace('\'', '"');
    }
    harness.write("data.jsonl", json);
  }
}
