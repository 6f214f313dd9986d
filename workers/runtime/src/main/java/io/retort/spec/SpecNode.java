package io.retort.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A spec's text, in YAML or JSON, as a tree whose keys are not interpreted yet. */
sealed interface SpecNode {
  /** The name of the value's type in a message. */
  String shown();

  /** Keys in the order of the text. */
  record Mapping(Map<String, SpecNode> entries) implements SpecNode {
    public Mapping {
      entries = new LinkedHashMap<>(entries);
    }

    @Override
    public String shown() {
      return "a mapping";
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
  }

  /** {@code key:} without a value, or an explicit null: equivalent to omitting the key. */
  record Empty() implements SpecNode {
    @Override
    public String shown() {
      return "nothing";
    }
  }

  /** How a scalar was written. */
  enum Kind {
    TEXT,
    NUMBER,
    BOOLEAN
  }
}
