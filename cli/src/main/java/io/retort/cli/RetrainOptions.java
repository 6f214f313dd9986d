package io.retort.cli;

import io.retort.registry.ModelReference;
import io.retort.spec.SpecChanges;
import io.retort.spec.SpecException;
import io.retort.spec.SpecPaths;
import io.retort.v1.DataSource;
import io.retort.v1.GetVersionRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a retrain starts from and what it changes. */
final class RetrainOptions {
  private static final String TRAINING_DATA = "data.train";

  @Parameters(
      paramLabel = "RUN",
      description =
          "A run, or the version that it published: NAME:vN, NAME:ALIAS or NAME@sha256:HEX.")
  private String origin = "";

  @Option(names = "--set", paramLabel = "FIELD=VALUE", description = "Change a field: seed=7.")
  private List<String> overrides = List.of();

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Train on this data in place of the origin's; may be repeated. Format and fields are"
              + " those of the origin's last source.")
  private List<String> data = List.of();

  @Option(
      names = "--append-data",
      paramLabel = "PATH",
      description = "Train on this data too; may be repeated. Format and fields as with --data.")
  private List<String> appended = List.of();

  @Option(
      names = "--from-stage",
      paramLabel = "STAGE",
      converter = FreshStages.StageName.class,
      description = "Run this stage and those after it again, even if the store has their results.")
  private @Nullable Stage fromStage;

  @Mixin private FreshStages fresh = new FreshStages();

  RetrainRunRequest request(ControlClient client) throws SpecException {
    RetrainRunRequest.Builder request = RetrainRunRequest.newBuilder();
    RunSpec spec;
    if (ModelReference.parse(origin).isPresent()) {
      spec =
          client
              .models()
              .getVersion(GetVersionRequest.newBuilder().setReference(origin).build())
              .getVersion()
              .getProvenance()
              .getSpec();
      request.setModel(origin);
    } else {
      spec = client.get(origin).getSpec();
      request.setRunId(origin);
    }
    DataSource like = like(spec);
    RunSpec.Builder base = spec.toBuilder();
    if (!data.isEmpty()) {
      base.getDataBuilder().clearTrain().addAllTrain(sources(data, like));
    }
    SpecChanges changes = SpecChanges.parse(base.build(), overrides);
    request.setChanges(changes.spec()).setUpdateMask(changes.mask());
    if (!data.isEmpty() && !changes.mask().getPathsList().contains(TRAINING_DATA)) {
      request
          .getChangesBuilder()
          .getDataBuilder()
          .clearTrain()
          .addAllTrain(base.getData().getTrainList());
      request.getUpdateMaskBuilder().addPaths(TRAINING_DATA);
    }
    if (fromStage != null) {
      request.setFromStage(fromStage);
    }
    return request
        .addAllAppendTrain(sources(appended, like))
        .addAllFreshStages(fresh.stages())
        .build();
  }

  private static DataSource like(RunSpec spec) {
    int count = spec.getData().getTrainCount();
    return count == 0
        ? DataSource.getDefaultInstance()
        : spec.getData().getTrain(count - 1).toBuilder().clearPath().clearLimit().build();
  }

  private static List<DataSource> sources(List<String> paths, DataSource like) {
    RunSpec.Builder spec = RunSpec.newBuilder();
    for (String path : paths) {
      spec.getDataBuilder().addTrain(like.toBuilder().setPath(path));
    }
    return paths.isEmpty()
        ? List.of()
        : SpecPaths.resolve(spec.build(), Path.of("").toAbsolutePath()).getData().getTrainList();
  }
}
