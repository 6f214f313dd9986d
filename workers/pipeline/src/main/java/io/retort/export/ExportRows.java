package io.retort.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.enums.EnumText;
import io.retort.v1.CorruptionKind;
import io.retort.v1.CurationRecord;
import io.retort.v1.Difficulty;
import io.retort.v1.PreferencePair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of every exported file in the layout of its trainer. Unknown values are null. */
final class ExportRows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "STRUCT(\"role\" VARCHAR, content VARCHAR)[]";

  /** Files of {@link #messages}, which several trainers read. */
  static final String CHAT_FOLDER = "chat/sft";

  /** SQL types of the columns of {@link #sft}. */
  static final Map<String, String> SFT_COLUMNS =
      columns(
          "messages", CHAT,
          "problem", "VARCHAR",
          "chain", "VARCHAR",
          "answer", "VARCHAR",
          "difficulty_before", "VARCHAR",
          "difficulty_after", "VARCHAR",
          "outcome", "VARCHAR",
          "verbosity", "INTEGER",
          "cognitive_difficulty", "INTEGER",
          "tokens", "INTEGER",
          "source", "VARCHAR",
          "sample_id", "VARCHAR");

  /** SQL types of the columns of {@link #pair}; TRL reads the first four. */
  static final Map<String, String> PAIR_COLUMNS =
      columns(
          "prompt", CHAT,
          "chosen", CHAT,
          "rejected", CHAT,
          "beta", "DOUBLE",
          "gap", "VARCHAR",
          "corruption", "VARCHAR",
          "magnitude", "DOUBLE",
          "process_level", "BOOLEAN",
          "corrupter", "VARCHAR",
          "model", "VARCHAR",
          "prompt_version", "VARCHAR",
          "sample_id", "VARCHAR",
          "pair_id", "VARCHAR");

  private final StudentText text;

  ExportRows(StudentText text) {
    this.text = text;
  }

  ObjectNode sft(CurationRecord record) {
    ObjectNode row = JSON.createObjectNode();
    row.set("messages", chat(chat(record)));
    row.put("problem", record.getSample().getProblem())
        .put("chain", record.getChain())
        .put("answer", record.getSample().getAnswer());
    if (record.getRoundsCount() > 0) {
      row.put("difficulty_before", name(record.getRounds(0).getDifficulty()))
          .put(
              "difficulty_after",
              name(record.getRounds(record.getRoundsCount() - 1).getDifficulty()));
    }
    row.put("outcome", EnumText.shortName(record.getOutcome()));
    if (record.hasRatings()) {
      row.put("verbosity", record.getRatings().getVerbosity())
          .put("cognitive_difficulty", record.getRatings().getCognitiveDifficulty());
    }
    if (record.getTokens() > 0) {
      row.put("tokens", record.getTokens());
    }
    return row.put("source", record.getSample().getSource())
        .put("sample_id", record.getSample().getId());
  }

  ObjectNode pair(PreferencePair pair) {
    ObjectNode row = JSON.createObjectNode();
    row.set("prompt", chat(text.prompt(pair.getProblem())));
    row.set("chosen", chat(List.of(chosen(pair))));
    row.set("rejected", chat(List.of(rejected(pair))));
    row.put("beta", pair.getBeta()).put("gap", EnumText.shortName(pair.getGap()));
    if (pair.getCorruption() != CorruptionKind.CORRUPTION_KIND_UNSPECIFIED) {
      row.put("corruption", EnumText.shortName(pair.getCorruption()));
    }
    row.put("magnitude", pair.getMagnitude())
        .put("process_level", pair.getProcessLevel())
        .put("corrupter", pair.getCorrupter());
    if (!pair.getModel().isEmpty()) {
      row.put("model", pair.getModel()).put("prompt_version", pair.getPromptVersion());
    }
    return row.put("sample_id", pair.getSampleId()).put("pair_id", pair.getId());
  }

  /** The layout of both LLaMA-Factory ({@code sharegpt}) and ms-swift (standard). */
  ObjectNode messages(CurationRecord record) {
    ObjectNode row = JSON.createObjectNode();
    row.set("messages", chat(chat(record)));
    return row;
  }

  /** LLaMA-Factory's {@code sharegpt} layout with {@code ranking}. */
  ObjectNode ranking(PreferencePair pair) {
    ObjectNode row = JSON.createObjectNode();
    row.set("messages", chat(text.prompt(pair.getProblem())));
    row.set("chosen", message(chosen(pair)));
    row.set("rejected", message(rejected(pair)));
    return row;
  }

  /** ms-swift's layout for preferences. */
  ObjectNode rejectedResponse(PreferencePair pair) {
    ObjectNode row = JSON.createObjectNode();
    row.set(
        "messages",
        chat(
            text.chat(
                pair.getProblem(),
                pair.getChosen(),
                pair.getChosenAnswer(),
                pair.getAnswerKind())));
    return row.put("rejected_response", rejected(pair).content());
  }

  /** LLaMA-Factory's {@code dataset_info.json} for the files in the same folder. */
  static ObjectNode llamaFactoryIndex(boolean withPairs) {
    ObjectNode index = JSON.createObjectNode();
    ObjectNode sft = index.putObject("retort_sft");
    sft.put("file_name", "../" + CHAT_FOLDER).put("formatting", "sharegpt");
    sft.putObject("columns").put("messages", "messages");
    tags(sft);
    if (withPairs) {
      ObjectNode pairs = index.putObject("retort_pairs");
      pairs.put("file_name", ExportKind.PAIRS).put("formatting", "sharegpt").put("ranking", true);
      pairs
          .putObject("columns")
          .put("messages", "messages")
          .put("chosen", "chosen")
          .put("rejected", "rejected");
      tags(pairs);
    }
    return index;
  }

  private static void tags(ObjectNode dataset) {
    dataset
        .putObject("tags")
        .put("role_tag", "role")
        .put("content_tag", "content")
        .put("user_tag", "user")
        .put("assistant_tag", "assistant")
        .put("system_tag", "system");
  }

  private List<StudentText.Message> chat(CurationRecord record) {
    return text.chat(
        record.getSample().getProblem(),
        record.getChain(),
        record.getSample().getAnswer(),
        record.getSample().getAnswerKind());
  }

  private StudentText.Message chosen(PreferencePair pair) {
    return text.completion(pair.getChosen(), pair.getChosenAnswer(), pair.getAnswerKind());
  }

  private StudentText.Message rejected(PreferencePair pair) {
    return text.completion(pair.getRejected(), pair.getRejectedAnswer(), pair.getAnswerKind());
  }

  private static ArrayNode chat(List<StudentText.Message> messages) {
    ArrayNode chat = JSON.createArrayNode();
    messages.forEach(message -> chat.add(message(message)));
    return chat;
  }

  private static ObjectNode message(StudentText.Message message) {
    return JSON.createObjectNode().put("role", message.role()).put("content", message.content());
  }

  private static String name(Difficulty difficulty) {
    return EnumText.shortName(difficulty);
  }

  private static Map<String, String> columns(String... namesAndTypes) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (int index = 0; index < namesAndTypes.length; index += 2) {
      columns.put(namesAndTypes[index], namesAndTypes[index + 1]);
    }
    return columns;
  }
}
