package io.retort.cli;

import io.retort.evaluation.VersionComparer;
import io.retort.output.OutputOptions;
import io.retort.registry.ModelReference;
import io.retort.registry.ModelVersions;
import io.retort.report.ModelTable;
import io.retort.report.RunDifference;
import io.retort.stack.Repository;
import io.retort.store.MessageFields;
import io.retort.store.Store;
import io.retort.v1.AliasChange;
import io.retort.v1.DeleteVersionRequest;
import io.retort.v1.DeleteVersionResponse;
import io.retort.v1.GetModelRequest;
import io.retort.v1.GetVersionRequest;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import io.retort.v1.ModelVersion;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.RollBackAliasRequest;
import io.retort.v1.VersionScores;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort models}. REF is NAME:vN, NAME:ALIAS or NAME@sha256:HEX. */
@Command(
    name = "models",
    description = {
      "List, show, compare, promote, roll back, pull, push, serve and delete published models.",
      "A version is named NAME:vN, NAME:ALIAS or NAME@sha256:HEX."
    },
    mixinStandardHelpOptions = true)
public final class ModelsCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      description = "List models with their versions and aliases, newest first.")
  int list(
      @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this model.")
          @Nullable String name,
      @Option(
              names = "--limit",
              defaultValue = "20",
              description = "Maximum number of versions shown of a model (default: 20).")
          int limit,
      @Mixin OutputOptions output) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      List<ModelVersion> versions = new ArrayList<>();
      String nextPageToken = "";
      for (String model : name == null ? names(client) : List.of(name)) {
        ListVersionsResponse response =
            client
                .models()
                .listVersions(
                    ListVersionsRequest.newBuilder().setModel(model).setPageSize(limit).build());
        versions.addAll(response.getVersionsList());
        if (!response.getNextPageToken().isEmpty()) {
          nextPageToken = response.getNextPageToken();
        }
      }
      ListVersionsResponse all =
          ListVersionsResponse.newBuilder()
              .addAllVersions(versions)
              .setNextPageToken(nextPageToken)
              .build();
      output.print(out, all, () -> table(all));
      return 0;
    }
  }

  private static String table(ListVersionsResponse versions) {
    if (versions.getVersionsCount() == 0) {
      return "No model is published.";
    }
    String table = ModelTable.versions(versions.getVersionsList());
    return versions.getNextPageToken().isEmpty() ? table : table + "\n... more: --limit";
  }

  @Command(
      name = "show",
      description = {
        "Show one version: scores, comparisons and the run that made it.",
        "With the name of a model alone: its versions, its aliases and their history."
      })
  int show(@Parameters(paramLabel = "REF|NAME") String reference, @Mixin OutputOptions output) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      if (ModelReference.isName(reference)) {
        ModelOverview model = ModelOverview.of(client, reference);
        output.print(out, model.data(), model::table);
        return 0;
      }
      ModelVersion version = version(client, reference);
      output.print(out, version, () -> table(client, version));
      return 0;
    }
  }

  private static String table(ControlClient client, ModelVersion version) {
    Model model =
        client
            .models()
            .getModel(GetModelRequest.newBuilder().setModel(version.getModel()).build())
            .getModel();
    List<AliasChange> changes =
        model.getAliases().getHistoryList().stream()
            .filter(
                change ->
                    change.getToVersion() == version.getVersion()
                        || change.getFromVersion() == version.getVersion())
            .toList();
    String table = ModelTable.version(version);
    return changes.isEmpty() ? table : table + "\n\n" + ModelTable.history(changes);
  }

  @Command(
      name = "diff",
      description = {
        "Show how two versions differ: spec, scores, paired differences, content.",
        "Reads the store itself: a store in S3 needs its variables here too."
      })
  int diff(
      @Parameters(paramLabel = "REF") String first,
      @Parameters(paramLabel = "REF") String second,
      @Mixin OutputOptions output)
      throws IOException {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ModelVersion left = version(client, first);
      ModelVersion right = version(client, second);
      SortedMap<String, String> leftSpec = MessageFields.of(left.getProvenance().getSpec());
      SortedMap<String, String> rightSpec = MessageFields.of(right.getProvenance().getSpec());
      List<VersionComparer.Difference> paired =
          VersionComparer.compare(
              scores(left),
              left.getProvenance().getSpec(),
              scores(right),
              right.getProvenance().getSpec());
      output.print(
          spec.commandLine().getOut(),
          DifferenceData.ofVersions(
              name(left),
              name(right),
              RunDifference.fields(leftSpec, rightSpec),
              paired,
              left.getContentSha256().equals(right.getContentSha256())),
          () -> ModelTable.difference(left, right, leftSpec, rightSpec, paired));
      return 0;
    }
  }

  /** Without records for a version that was published before they were kept. */
  private static VersionScores scores(ModelVersion version) throws IOException {
    return ModelVersions.scores(Store.open(version.getModelUri()), version.getModelUri())
        .orElse(VersionScores.getDefaultInstance());
  }

  @Command(
      name = "promote",
      description = "Point an alias at a version; creates the alias if it does not exist.")
  int promote(
      @Parameters(paramLabel = "REF") String reference,
      @Parameters(paramLabel = "ALIAS") String alias,
      @Option(
              names = "--reason",
              required = true,
              description = "Kept in the history of the alias.")
          String reason,
      @Mixin OutputOptions output) {
    PromoteAliasRequest request =
        PromoteAliasRequest.newBuilder()
            .setReference(reference)
            .setAlias(alias)
            .setReason(reason)
            .setActor(actor())
            .build();
    return change(models -> models.promoteAlias(request).getChange(), output);
  }

  @Command(name = "rollback", description = "Point an alias at the version that it named before.")
  int rollback(
      @Parameters(paramLabel = "NAME") String model,
      @Parameters(paramLabel = "ALIAS") String alias,
      @Option(
              names = "--reason",
              defaultValue = "",
              description = "Kept in the history of the alias.")
          String reason,
      @Mixin OutputOptions output) {
    RollBackAliasRequest request =
        RollBackAliasRequest.newBuilder()
            .setModel(model)
            .setAlias(alias)
            .setReason(reason)
            .setActor(actor())
            .build();
    return change(models -> models.rollBackAlias(request).getChange(), output);
  }

  @Command(
      name = "pull",
      description = {
        "Copy a version's files into a new or empty folder, and check each file's SHA-256.",
        "Reads the store itself: a store in S3 needs its variables here too."
      })
  int pull(
      @Parameters(paramLabel = "REF") String reference,
      @Parameters(paramLabel = "FOLDER") Path folder,
      @Mixin OutputOptions output)
      throws IOException {
    return copy(reference, folder.toString(), output);
  }

  @Command(
      name = "push",
      description = {
        "Copy a version's files to a new or empty location, and check each file's SHA-256.",
        "Reads and writes the stores itself: S3 needs its variables here too."
      })
  int push(
      @Parameters(paramLabel = "REF") String reference,
      @Parameters(paramLabel = "DEST", description = "A folder, or s3://BUCKET/FOLDER.")
          String destination,
      @Mixin OutputOptions output)
      throws IOException {
    if (destination.startsWith("hf://")) {
      throw new CommandException(
          destination
              + " (expected: a folder or s3://...; for the hub: retort models pull REF FOLDER, then"
              + " hf upload OWNER/NAME FOLDER)");
    }
    return copy(reference, destination, output);
  }

  private int copy(String reference, String destination, OutputOptions output) throws IOException {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ModelVersion version = version(client, reference);
      String unused = ModelCopy.copy(version, destination);
      output.print(
          spec.commandLine().getOut(),
          version,
          () ->
              name(version)
                  + " is in "
                  + destination
                  + ", "
                  + version.getProvenance().getFilesCount()
                  + " files checked");
      return 0;
    }
  }

  @Command(
      name = "serve",
      description = {
        "Answer at http://127.0.0.1:PORT/v1/chat/completions until interrupted, to try a version.",
        "A version that is not on a file system is copied to a temporary folder first."
      })
  int serve(
      @Parameters(paramLabel = "REF") String reference,
      @Option(
              names = "--port",
              defaultValue = "8080",
              description = "0 takes a free one (default: 8080).")
          int port)
      throws IOException, InterruptedException {
    ModelVersion version;
    try (ControlClient client = ControlClient.open(System.getenv())) {
      version = version(client, reference);
    }
    return new ModelServer(Repository.path()).serve(version, port);
  }

  @Command(
      name = "delete",
      description = {
        "Delete the files of a version that no alias names.",
        "Its number is never used again."
      })
  int delete(
      @Parameters(paramLabel = "NAME:vN") String reference,
      @Option(names = "--reason", required = true, description = "Kept with the number.")
          String reason,
      @Mixin OutputOptions output) {
    DeleteVersionRequest request =
        DeleteVersionRequest.newBuilder()
            .setReference(reference)
            .setReason(reason)
            .setActor(actor())
            .build();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      DeleteVersionResponse deleted = client.models().deleteVersion(request);
      output.print(
          spec.commandLine().getOut(),
          deleted,
          () -> deleted.getModel() + ":v" + deleted.getVersion() + " is deleted");
      return 0;
    }
  }

  private static List<String> names(ControlClient client) {
    List<String> names = new ArrayList<>();
    String token = "";
    do {
      ListModelsResponse response =
          client.models().listModels(ListModelsRequest.newBuilder().setPageToken(token).build());
      response.getModelsList().forEach(model -> names.add(model.getName()));
      token = response.getNextPageToken();
    } while (!token.isEmpty());
    return names;
  }

  private static ModelVersion version(ControlClient client, String reference) {
    return client
        .models()
        .getVersion(GetVersionRequest.newBuilder().setReference(reference).build())
        .getVersion();
  }

  private static String actor() {
    return System.getProperty("user.name", "");
  }

  private int change(
      Function<ModelServiceBlockingStub, AliasChange> request, OutputOptions output) {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      AliasChange change = request.apply(client.models());
      output.print(spec.commandLine().getOut(), change, () -> line(change));
      return 0;
    }
  }

  private static String line(AliasChange change) {
    return change.getAlias()
        + (change.getFromVersion() == change.getToVersion()
            ? String.format(Locale.ROOT, ": stays at v%d", change.getToVersion())
            : String.format(
                Locale.ROOT,
                ": %s -> v%d",
                change.getFromVersion() == 0 ? "new" : "v" + change.getFromVersion(),
                change.getToVersion()));
  }

  private static String name(ModelVersion version) {
    return version.getModel() + ":v" + version.getVersion();
  }
}
