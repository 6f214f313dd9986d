package io.retort.release;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The aliases of one model: {@code aliases.json} maps each name to a version number.
 *
 * <p>Publishing only moves an alias forwards. The order in which runs and repeated attempts arrive
 * therefore does not matter: the alias ends at the highest published version. To move it back, edit
 * the object.
 */
final class Aliases {
  static final String NAME = "aliases.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, Integer>> VERSIONS = new TypeReference<>() {};

  private final Store store;
  private final String uri;

  Aliases(Store store, String storeUri, String model) {
    this.store = store;
    this.uri = Store.resolve(RunLayout.model(storeUri, model), NAME);
  }

  /**
   * Moves the alias to the version unless it already points to this or a higher version; returns
   * the version that it points to afterwards.
   */
  int moveForwards(String alias, int version) throws IOException {
    AtomicInteger target = new AtomicInteger(version);
    store.update(
        uri,
        current -> {
          SortedMap<String, Integer> versions = parse(current);
          target.set(Math.max(version, versions.getOrDefault(alias, 0)));
          if (versions.getOrDefault(alias, 0) >= version) {
            return Optional.empty();
          }
          versions.put(alias, version);
          return Optional.of(print(versions));
        });
    return target.get();
  }

  private SortedMap<String, Integer> parse(Optional<byte[]> json) throws IOException {
    if (json.isEmpty()) {
      return new TreeMap<>();
    }
    try {
      return JSON.readValue(json.get(), VERSIONS);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(uri + ": " + e.getOriginalMessage());
    }
  }

  private static byte[] print(Map<String, Integer> versions) throws IOException {
    return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(versions) + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
