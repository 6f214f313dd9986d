package io.retort.student;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.failure.Failures;
import io.retort.store.DataRoots;
import io.retort.store.Hashes;
import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A model folder in Hugging Face layout, checked before any paid work. */
public final class StudentFolder {
  /** Message for a model that only has weights in other formats. */
  public static final String PICKLES =
      "weights are pickles (.bin), which can run code when they are loaded (expected:"
          + " *.safetensors; convert them with save_pretrained(..., safe_serialization=True))";

  public static final String NO_WEIGHTS = "no weights (expected: *.safetensors)";

  private static final String FIELD = "student.model";
  private static final String INDEX = "model.safetensors.index.json";
  private static final List<String> LOADED =
      List.of(".json", ".safetensors", ".model", ".txt", ".jinja");
  private static final Set<String> TOKENIZER =
      Set.of(
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Store store;
  private final String uri;
  private final List<String> names;

  private StudentFolder(Store store, String uri) throws IOException {
    this.store = store;
    this.uri = uri;
    this.names = store.list(uri);
  }

  /**
   * Checks that the folder contains configuration, tokenizer and safetensors weights, and returns
   * it with the hash over the names and contents of its files. The folder may be on a file system
   * or in S3, independent of the store.
   *
   * @param roots allowed locations of the folder
   * @param alive called while files are read; an exception from it ends the reading
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_INCOMPLETE,
   *     USER/LOCATION_FORBIDDEN
   */
  public static ArtifactRef inspect(String location, DataRoots roots, Runnable alive)
      throws IOException {
    StudentFolder folder = complete(location, roots);
    return folder.described(folder.names.stream().filter(StudentFolder::isLoaded).toList(), alive);
  }

  /**
   * The check of {@link #inspect} without its hash: reads no weights.
   *
   * @throws io.temporal.failure.ApplicationFailure like {@link #inspect}
   */
  public static void check(String location, DataRoots roots) throws IOException {
    StudentFolder unused = complete(location, roots);
  }

  /**
   * Hash of the files that determine tokenization; empty if the folder does not exist.
   *
   * @param roots allowed locations of the folder
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN
   * @throws IOException on a fault of the store
   */
  public static Optional<String> tokenizer(String location, DataRoots roots) throws IOException {
    roots.requireFolder(FIELD, location);
    Optional<String> uri = Locations.uri(location);
    if (uri.isEmpty()) {
      return Optional.empty();
    }
    StudentFolder folder = new StudentFolder(Store.open(uri.get()), uri.get());
    List<String> names = folder.names.stream().filter(TOKENIZER::contains).toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(folder.described(names, () -> {}).getSha256());
  }

  private static StudentFolder complete(String location, DataRoots roots) throws IOException {
    roots.requireFolder(FIELD, location);
    Optional<String> uri = Locations.uri(location);
    if (uri.isEmpty()) {
      throw notFound(location);
    }
    StudentFolder folder = new StudentFolder(Store.open(uri.get()), uri.get());
    if (folder.names.isEmpty()) {
      throw notFound(location);
    }
    List<String> defects = folder.defects();
    if (!defects.isEmpty()) {
      throw Failures.user(
          "MODEL_INCOMPLETE", "student.model: " + location + ": " + String.join("; ", defects));
    }
    return folder;
  }

  private ArtifactRef described(List<String> files, Runnable alive) throws IOException {
    List<String> parts = new ArrayList<>();
    long bytes = 0;
    for (String name : files) {
      String file = Store.resolve(uri, name);
      parts.add(name);
      parts.add(Hashes.sha256Hex(store, file, alive));
      bytes += store.size(file);
    }
    return ArtifactRef.newBuilder()
        .setUri(uri)
        .setSha256(Hashes.sha256Hex(parts.toArray(String[]::new)))
        .setBytes(bytes)
        .build();
  }

  /** Whether loaders of models and tokenizers read such a file. */
  private static boolean isLoaded(String name) {
    return LOADED.stream().anyMatch(name::endsWith);
  }

  /** Whether loaders of tokenizers and configurations read such a file. */
  public static boolean isSmall(String name) {
    return isLoaded(name) && !name.endsWith(".safetensors");
  }

  private List<String> defects() throws IOException {
    List<String> defects = new ArrayList<>();
    checkConfiguration(defects);
    if (!has("tokenizer.json") && !has("tokenizer.model") && !has("vocab.json")) {
      defects.add("no tokenizer (expected: tokenizer.json, tokenizer.model or vocab.json)");
    }
    if (!has("tokenizer_config.json")) {
      defects.add("no tokenizer_config.json");
    }
    checkWeights(defects);
    return defects;
  }

  private void checkConfiguration(List<String> defects) throws IOException {
    if (!has("config.json")) {
      defects.add("no config.json");
    } else if (!read("config.json").isObject()) {
      defects.add("config.json is no JSON object");
    }
  }

  private void checkWeights(List<String> defects) throws IOException {
    if (has(INDEX)) {
      TreeSet<String> missing = new TreeSet<>();
      read(INDEX).path("weight_map").forEach(file -> missing.add(file.asText()));
      names.forEach(missing::remove);
      if (!missing.isEmpty()) {
        defects.add(INDEX + " names weights that are missing: " + missing);
      }
    }
    if (names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
      return;
    }
    defects.add(names.stream().anyMatch(name -> name.endsWith(".bin")) ? PICKLES : NO_WEIGHTS);
  }

  private JsonNode read(String name) throws IOException {
    try (InputStream input = store.read(Store.resolve(uri, name))) {
      return MAPPER.readTree(input.readAllBytes());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  private boolean has(String name) {
    return names.contains(name);
  }

  private static RuntimeException notFound(String location) {
    return Failures.user(
        "MODEL_NOT_FOUND",
        "student.model: "
            + location
            + " (expected: a folder in Hugging Face layout, as "
            + Locations.EXPECTED
            + ", or hf://OWNER/NAME)");
  }
}
