package io.retort.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.failure.Failures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A model folder in Hugging Face layout, looked at before any work is paid for. */
final class StudentFolder {
  private static final String INDEX = "model.safetensors.index.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;

  private StudentFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The absolute URI of a folder that has configuration, tokenizer and safetensors weights.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_INCOMPLETE
   */
  static String inspect(String location) throws IOException {
    Path path =
        Locations.path(location)
            .filter(Files::isDirectory)
            .orElseThrow(
                () ->
                    Failures.user(
                        "MODEL_NOT_FOUND",
                        "student.model: "
                            + location
                            + " (expected: the absolute path or file: URI of a folder in Hugging Face"
                            + " layout)"));
    List<String> defects = new StudentFolder(path).defects();
    if (!defects.isEmpty()) {
      throw Failures.user(
          "MODEL_INCOMPLETE", "student.model: " + path + ": " + String.join("; ", defects));
    }
    String uri = path.toUri().toString();
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
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
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.map(file -> String.valueOf(file.getFileName())).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (names.contains(INDEX)) {
      TreeSet<String> missing = new TreeSet<>();
      read(INDEX).path("weight_map").forEach(file -> missing.add(file.asText()));
      names.forEach(missing::remove);
      if (!missing.isEmpty()) {
        defects.add(INDEX + " names weights that are not there: " + missing);
      }
    }
    if (names.stream().anyMatch(name -> name.endsWith(".safetensors"))) {
      return;
    }
    defects.add(
        names.stream().anyMatch(name -> name.endsWith(".bin"))
            ? "weights are pickles (.bin), which can run code when they are loaded (expected:"
                + " *.safetensors; convert them with save_pretrained(..., safe_serialization=True))"
            : "no weights (expected: *.safetensors)");
  }

  private JsonNode read(String name) throws IOException {
    try {
      return MAPPER.readTree(Files.readAllBytes(folder.resolve(name)));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  private boolean has(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }
}
