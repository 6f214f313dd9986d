package io.retort.control;

import io.retort.identity.Caller;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelVersions;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Role;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The teams whose runs have published versions of a model. */
final class ModelTeams {
  private static final int MOST_KNOWN = 100_000;

  private final Store store;
  private final String storeUri;

  /** Teams by the folder of a version, whose provenance never changes. */
  private final Map<String, String> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  ModelTeams(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Empty for a model without published versions, or without a valid name. */
  Set<String> of(String model) throws IOException {
    Set<String> teams = new TreeSet<>();
    if (!ModelReference.isName(model)) {
      return teams;
    }
    ModelVersions versions = new ModelVersions(store, storeUri, model);
    for (int number : versions.numbers()) {
      team(versions, number).ifPresent(teams::add);
    }
    return teams;
  }

  /** Whether the caller of the current call may see the model. */
  boolean isVisible(String model) throws IOException {
    Caller caller = Caller.current();
    if (caller.everywhere(Role.ROLE_VIEWER)) {
      return true;
    }
    return of(model).stream().anyMatch(team -> caller.holds(Role.ROLE_VIEWER, team));
  }

  private Optional<String> team(ModelVersions versions, int number) throws IOException {
    String folder = versions.folder(number);
    synchronized (known) {
      String team = known.get(folder);
      if (team != null) {
        return Optional.of(team);
      }
    }
    Optional<String> team;
    try {
      team =
          versions.provenance(number).map(ReleaseProvenance::getSpec).map(RequestResources::teamOf);
    } catch (CorruptArtifactException e) {
      // Nobody can tell whose it is, so it stays with those who may see everything.
      return Optional.empty();
    }
    if (team.isPresent()) {
      synchronized (known) {
        known.put(folder, team.get());
      }
    }
    return team;
  }
}
