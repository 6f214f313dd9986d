package io.retort.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.store.LocalContent;
import io.retort.store.Store;
import io.retort.student.StudentFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Models of the hub. The store keeps each commit once: {@code students/OWNER/NAME/COMMIT/} with the
 * files that loaders read, and next to it {@code COMMIT.json}, written last. Pickles and code are
 * never downloaded.
 */
final class HubModels {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Files directly in the folder; subfolders contain other formats of the same weights. */
  private static final Pattern WEIGHTS = Pattern.compile("model[\\w.-]*\\.safetensors");

  private static final Pattern OTHERS = Pattern.compile("\\w[\\w.-]*\\.(?:json|model|txt|jinja)");
  private static final Pattern PICKLES = Pattern.compile("[\\w.-]*\\.(?:bin|pt|pth|ckpt)");

  private final Hub hub;
  private final Store store;
  private final String storeUri;
  private final Runnable alive;

  /** Copy of a commit's files in the store. */
  record Copy(HubModel model, String uri) {}

  /**
   * @param alive called while files are downloaded; an exception from it ends the download
   */
  HubModels(Hub hub, Store store, String storeUri, Runnable alive) {
    this.hub = hub;
    this.store = store;
    this.storeUri = storeUri;
    this.alive = alive;
  }

  /**
   * The copy of a model, downloaded if the store does not have it yet. If the location names a
   * commit that the store has, the hub is not called.
   *
   * @param location {@code hf://OWNER/NAME[@REVISION]}
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND, USER/MODEL_FORBIDDEN,
   *     USER/MODEL_INCOMPLETE, PLATFORM/HUB_UNREACHABLE
   */
  Copy copy(String location) throws IOException {
    return copy(location, true);
  }

  /**
   * The copy of a model that the store has already.
   *
   * @throws io.temporal.failure.ApplicationFailure like {@link #copy}, and
   *     RESOURCE/MODEL_NOT_DOWNLOADED
   */
  Copy kept(String location) throws IOException {
    return copy(location, false);
  }

  private Copy copy(String location, boolean downloads) throws IOException {
    HubModel asked = HubModel.parse(location);
    if (HubModel.isCommit(asked.revision()) && isKept(asked)) {
      return new Copy(asked, folder(asked));
    }
    JsonNode info = hub.information(HubKind.MODEL, asked.name(), asked.revision(), alive);
    String commit = info.path("sha").asText("");
    if (!HubModel.isCommit(commit)) {
      throw Failures.platform(
          "HUB_UNREACHABLE",
          "student.model: "
              + asked
              + ": the hub names no commit (expected: sha, 40 hexadecimal digits)",
          null);
    }
    HubModel model = asked.at(commit);
    if (!isKept(model) && !downloads) {
      throw Failures.resource(
          IngestActivities.MODEL_NOT_DOWNLOADED,
          model + " is not in the store yet; a run downloads it");
    }
    if (!isKept(model)) {
      fetch(model, files(model, info));
    }
    return new Copy(model, folder(model));
  }

  private static List<String> files(HubModel model, JsonNode info) {
    List<String> wanted = new ArrayList<>();
    boolean weights = false;
    boolean pickles = false;
    for (JsonNode sibling : info.path("siblings")) {
      String name = sibling.path("rfilename").asText();
      if (WEIGHTS.matcher(name).matches() || OTHERS.matcher(name).matches()) {
        wanted.add(name);
      }
      weights |= WEIGHTS.matcher(name).matches();
      pickles |= PICKLES.matcher(name).matches();
    }
    if (!weights) {
      throw Failures.user(
          "MODEL_INCOMPLETE",
          "student.model: "
              + model
              + ": "
              + (pickles ? StudentFolder.PICKLES : StudentFolder.NO_WEIGHTS));
    }
    return wanted.stream().sorted().toList();
  }

  private void fetch(HubModel model, List<String> files) throws IOException {
    ObjectNode hashes = MAPPER.createObjectNode();
    for (String name : files) {
      Path file = Files.createTempFile("retort-hub-", ".model");
      try {
        hub.file(HubKind.MODEL, model.name(), model.revision(), name, file, alive);
        String uri = Store.resolve(folder(model), name);
        hashes.put(name, store.write(uri, LocalContent.of(file, alive)).getSha256());
      } finally {
        Files.deleteIfExists(file);
      }
    }
    ObjectNode marker = MAPPER.createObjectNode().put("model", model.toString());
    marker.set("files", hashes);
    byte[] bytes = marker.toString().getBytes(StandardCharsets.UTF_8);
    store.write(marker(model), output -> output.write(bytes));
  }

  /** Also false if a person has deleted some of the files. */
  private boolean isKept(HubModel model) throws IOException {
    return store.exists(marker(model)) && store.exists(Store.resolve(folder(model), "config.json"));
  }

  private String folder(HubModel model) {
    return RunLayout.student(storeUri, model.name(), model.revision());
  }

  private String marker(HubModel model) {
    return folder(model) + ".json";
  }
}
