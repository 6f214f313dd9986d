package io.retort.registry;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.v1.Model;
import io.retort.v1.ModelAliases;
import io.retort.v1.ModelVersion;
import io.retort.v1.ReleaseProvenance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All models of a store, for readers. */
public final class ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

  private final Store store;
  private final String storeUri;

  public ModelRegistry(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Names of all models, sorted; one that a run has just reserved may have no version yet. */
  public List<String> models() throws IOException {
    return store.list(RunLayout.models(storeUri)).stream().filter(ModelReference::isName).toList();
  }

  public boolean exists(String model) throws IOException {
    return store.exists(RunLayout.model(storeUri, model));
  }

  public Model model(String name) throws IOException {
    return Model.newBuilder().setName(name).setAliases(aliases(name).read()).build();
  }

  public Aliases aliases(String model) {
    return new Aliases(store, storeUri, model);
  }

  /**
   * Published versions, highest first, without those whose provenance cannot be parsed: the log
   * names them.
   *
   * @param below only numbers below it
   * @throws CorruptArtifactException when the model's aliases cannot be parsed
   */
  public List<ModelVersion> versions(String model, int below, int limit) throws IOException {
    ModelAliases aliases = aliases(model).read();
    List<ModelVersion> versions = new ArrayList<>();
    for (int number : new ModelVersions(store, storeUri, model).numbers()) {
      if (versions.size() == limit) {
        break;
      }
      if (number >= below) {
        continue;
      }
      try {
        version(model, number, aliases).ifPresent(versions::add);
      } catch (CorruptArtifactException e) {
        LOG.warn("version {} of model {} is not listed", number, model, e);
      }
    }
    return versions;
  }

  /**
   * Empty where the reference names no published version.
   *
   * @throws CorruptArtifactException when its provenance or the model's aliases cannot be parsed
   */
  public Optional<ModelVersion> resolve(ModelReference reference) throws IOException {
    String model = reference.model();
    ModelAliases aliases = aliases(model).read();
    int number = reference.version();
    if (reference.alias().isPresent()) {
      number = aliases.getVersionsOrDefault(reference.alias().get(), 0);
    }
    if (reference.content().isPresent()) {
      number = ofContent(model, reference.content().get(), aliases);
    }
    return number == 0 ? Optional.empty() : version(model, number, aliases);
  }

  /** Deletes the files of a version; its number stays taken. */
  public void deleteFiles(String model, int version) throws IOException {
    new ModelVersions(store, storeUri, model).clear(version);
  }

  private int ofContent(String model, String sha256, ModelAliases aliases) throws IOException {
    ModelVersions versions = new ModelVersions(store, storeUri, model);
    Optional<Integer> known = versions.ofContent(sha256);
    if (known.isPresent()) {
      return known.get();
    }
    // Versions of before contents were kept.
    int found = 0;
    for (int number : versions.numbers()) {
      Optional<ReleaseProvenance> provenance = versions.provenance(number);
      if (provenance.isPresent()
          && !aliases.containsDeleted(number)
          && ContentDigest.of(provenance.get().getFilesMap()).equals(sha256)) {
        found = number;
      }
    }
    return found;
  }

  private Optional<ModelVersion> version(String model, int number, ModelAliases aliases)
      throws IOException {
    ModelVersions versions = new ModelVersions(store, storeUri, model);
    return versions
        .provenance(number)
        .map(
            provenance ->
                ModelVersion.newBuilder()
                    .setModel(model)
                    .setVersion(number)
                    .addAllAliases(
                        aliases.getVersionsMap().entrySet().stream()
                            .filter(alias -> alias.getValue() == number)
                            .map(Map.Entry::getKey)
                            .sorted()
                            .toList())
                    .setContentSha256(ContentDigest.of(provenance.getFilesMap()))
                    .setModelUri(versions.folder(number))
                    .setProvenance(provenance)
                    .build());
  }
}
