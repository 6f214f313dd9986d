package io.retort.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A spec's text, in YAML or JSON, as a tree whose keys are not interpreted yet. */
sealed interface SpecNode {
  /** The name of the value's type in a message. */
  String shown();

  /** The same in JSON. */
  JsonNode json();

  /** Keys in the order of the text. */
  record Mapping(Map<String, SpecNode> entries) implements SpecNode {
    public Mapping {
      entries = new LinkedHashMap<>(entries);
    }

    @Override
    public String shown() {
      return "a mapping";
    }

    @Override
    public JsonNode json() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      entries.forEach((key, value) -> json.set(key, value.json()));
      return json;
    }
  }

  record Sequence(List<SpecNode> items) implements SpecNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String shown() {
      return "a list";
    }

    @Override
    public JsonNode json() {
      ArrayNode json = JsonNodeFactory.instance.arrayNode();
      items.forEach(item -> json.add(item.json()));
      return json;
    }
  }

  /** A number or a word as text: the field that it belongs to determines its type. */
  record Scalar(String text, Kind kind) implements SpecNode {
    private static final int SHOWN_CHARACTERS = 80;

    @Override
    public String shown() {
      String oneLine = text.replaceAll("\\s+", " ");
      String cut =
          oneLine.length() > SHOWN_CHARACTERS
              ? oneLine.substring(0, SHOWN_CHARACTERS) + "..."
              : oneLine;
      return kind == Kind.TEXT ? '"' + cut + '"' : cut;
    }

    @Override
    public JsonNode json() {
      Optional<BigDecimal> number =
          kind == Kind.NUMBER ? Numbers.decimal(text.replace("_", "")) : Optional.empty();
      if (number.isPresent()) {
        return JsonNodeFactory.instance.numberNode(number.get());
      }
      return kind == Kind.BOOLEAN
          ? JsonNodeFactory.instance.booleanNode(text.equalsIgnoreCase("true"))
          : JsonNodeFactory.instance.textNode(text);
    }
  }

  /** {@code key:} without a value, or an explicit null: equivalent to omitting the key. */
  record Empty() implements SpecNode {
    @Override
    public String shown() {
      return "nothing";
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.nullNode();
    }
  }

  /** How a scalar was written. */
  enum Kind {
    TEXT,
    NUMBER,
    BOOLEAN
  }
}
