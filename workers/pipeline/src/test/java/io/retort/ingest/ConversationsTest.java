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
  @CsvSource({"reasoning_content", "reasoning"})
  void reasoningBesideTheContentIsTheChain(String field) throws IOException {
    write(
        "{'messages': ["
            + USER
            + ", {'role': 'assistant', '"
            + field
            + "': '4 * 9 = 36.', 'content': 'So the product is \\\\boxed{36}.'}]}");

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
            tuple("MISSING_FIELD", "messages[].content: blank (expected: text)"));
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
