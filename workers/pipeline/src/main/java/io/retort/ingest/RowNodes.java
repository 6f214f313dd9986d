package io.retort.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Creates objects that know their repeated keys. A parser that refuses such keys would also refuse
 * rows in which nobody reads them.
 */
final class RowNodes extends JsonNodeFactory {
  private static final long serialVersionUID = 1L;

  @Override
  public ObjectNode objectNode() {
    return new RowObject(this);
  }

  /** Whether an object has several values for the key, which are not all the same. */
  static boolean isAmbiguous(JsonNode object, String key) {
    return object instanceof RowObject row && row.ambiguous != null && row.ambiguous.contains(key);
  }

  /** The library's own override of {@code deepCopy} is unchecked. */
  @SuppressWarnings("unchecked")
  private static final class RowObject extends ObjectNode {
    private static final long serialVersionUID = 1L;

    private transient @Nullable Set<String> ambiguous;

    RowObject(JsonNodeFactory factory) {
      super(factory);
    }

    @Override
    public JsonNode replace(String key, JsonNode value) {
      JsonNode former = super.replace(key, value);
      // Arrays and objects are filled only later, and count as different.
      if (former != null && (value.isContainerNode() || !former.equals(value))) {
        ambiguous = ambiguous == null ? new HashSet<>() : ambiguous;
        ambiguous.add(key);
      }
      return former;
    }
  }
}
