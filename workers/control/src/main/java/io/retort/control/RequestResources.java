package io.retort.control;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.identity.Resource;
import io.retort.identity.Resources;
import io.retort.registry.ModelReference;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.UnblockLaneRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The runs, specs, models and lanes that a request names, the former by the names of its fields. A
 * run belongs to the team of its spec, a model to the teams whose runs have published its versions.
 */
final class RequestResources implements Resources {
  /** Of a spec that names no team. */
  static final String DEFAULT_TEAM = "default";

  private static final Set<String> RUNS = Set.of("run_id", "run_ids", "origin_run_id");
  private static final String MODEL = "model";
  private static final String REFERENCE = "reference";
  private static final int MOST_KNOWN = 10_000;

  private final Function<String, RunSpec> specOfRun;
  private final ModelTeams models;
  private final LaneTeams lanes;

  /** The team of a run never changes. */
  private final Map<String, String> teams =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  /**
   * @param specOfRun throws NOT_FOUND for an unknown run
   */
  RequestResources(Function<String, RunSpec> specOfRun, ModelTeams models, LaneTeams lanes) {
    this.specOfRun = specOfRun;
    this.models = models;
    this.lanes = lanes;
  }

  @Override
  public List<Resource> of(Message request) throws IOException {
    if (request instanceof SetLaneRequest set) {
      return lanes.of(set);
    }
    if (request instanceof UnblockLaneRequest unblock) {
      return lanes.of(unblock);
    }
    List<Resource> found = new ArrayList<>();
    if (request instanceof RetrainRunRequest retrain
        && retrain.getUpdateMask().getPathsList().contains("team")) {
      // Also where the mask clears it, which moves the run to the default team.
      found.add(new Resource("the changes", Set.of(teamOf(retrain.getChanges())), ""));
    }
    for (Map.Entry<FieldDescriptor, Object> field : request.getAllFields().entrySet()) {
      if (field.getValue() instanceof RunSpec spec) {
        specs(field.getKey().getName(), spec).ifPresent(found::add);
      } else if (RUNS.contains(field.getKey().getName())) {
        for (String runId : texts(field.getValue())) {
          found.add(run(runId));
        }
      } else if (field.getKey().getName().equals(MODEL)) {
        for (String model : texts(field.getValue())) {
          // A model's name, or a reference to one of its versions.
          found.add(model(ModelReference.parse(model).map(ModelReference::model).orElse(model)));
        }
      } else if (field.getKey().getName().equals(REFERENCE)) {
        for (String reference : texts(field.getValue())) {
          Optional<ModelReference> parsed = ModelReference.parse(reference);
          if (parsed.isPresent()) {
            found.add(model(parsed.get().model()));
          }
        }
      }
    }
    return found;
  }

  /** Changes of a spec only count where they move it to another team. */
  private static Optional<Resource> specs(String field, RunSpec spec) {
    if (!field.equals("spec") && !spec.hasTeam()) {
      return Optional.empty();
    }
    return Optional.of(new Resource("the " + field, Set.of(teamOf(spec)), ""));
  }

  private Resource run(String runId) {
    String team;
    synchronized (teams) {
      team = teams.getOrDefault(runId, "");
    }
    if (team.isEmpty()) {
      team = teamOf(specOfRun.apply(runId));
      synchronized (teams) {
        teams.put(runId, team);
      }
    }
    return new Resource(
        "run " + runId,
        Set.of(team),
        String.valueOf(ApiErrors.notFound(runId).getStatus().getDescription()));
  }

  private Resource model(String name) throws IOException {
    return new Resource(
        "model " + name,
        models.of(name),
        "model "
            + name
            + ": there is none (expected: a model of the registry; `retort models list` shows"
            + " them)");
  }

  private static List<String> texts(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(value));
  }

  static String teamOf(RunSpec spec) {
    return spec.getTeam().isEmpty() ? DEFAULT_TEAM : spec.getTeam();
  }
}
