package io.retort.spec;

import io.retort.store.Locations;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunSpec;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Locations of the files that a spec names. */
public final class SpecPaths {
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");
  private static final Pattern HUB_MODEL =
      Pattern.compile(
          "hf://(?!(?:datasets|spaces|models)/)[\\w-][\\w.-]*/[\\w-][\\w.-]*"
              + "(?:@(?:refs/[\\w-]+/[\\w-]+|[\\w-][\\w.-]*))?/?");

  private static final Pattern HUB_DATA =
      Pattern.compile("hf://datasets/[\\w.-]+/[\\w.-]+(?:[@/].*)?");

  /** A scheme without a bucket, or a file of another host. */
  private static final Pattern INCOMPLETE =
      Pattern.compile("s3://(?:/.*)?|file://(?:[^/].*)?", Pattern.DOTALL);

  /** Resolves every relative path against the folder of the spec's file. */
  public static RunSpec resolve(RunSpec spec, Path folder) {
    RunSpec.Builder builder = spec.toBuilder();
    if (spec.hasData()) {
      for (DataSource.Builder source : builder.getDataBuilder().getTrainBuilderList()) {
        resolve(source, folder);
      }
    }
    if (spec.hasEvaluation()) {
      for (BenchmarkSpec.Builder benchmark :
          builder.getEvaluationBuilder().getBenchmarksBuilderList()) {
        if (benchmark.hasSource()) {
          resolve(benchmark.getSourceBuilder(), folder);
        }
      }
    }
    for (ModelSpec.Builder model : builder.getModelsBuilderList()) {
      if (isRelative(model.getModel())) {
        model.setModel(absolute(model.getModel(), folder));
      }
    }
    if (spec.getStudent().hasModel() && isRelative(spec.getStudent().getModel())) {
      builder.getStudentBuilder().setModel(absolute(spec.getStudent().getModel(), folder));
    }
    if (spec.getJudge().hasPrompts() && isRelative(spec.getJudge().getPrompts())) {
      builder.getJudgeBuilder().setPrompts(absolute(spec.getJudge().getPrompts(), folder));
    }
    return builder.build();
  }

  /** The same for one location. */
  static String resolve(String location, Path folder) {
    return isRelative(location) ? absolute(location, folder) : location;
  }

  static boolean isAbsolute(String location) {
    return location.startsWith("/") || URI.matcher(location).matches();
  }

  static boolean isHubModel(String location) {
    return HUB_MODEL.matcher(location).matches();
  }

  /** Whether the location is one of a file system, S3 or the hub, from which data can be read. */
  static boolean isServedData(String location) {
    return isServed(location) || HUB_DATA.matcher(location).matches();
  }

  /** Whether the location is complete, and one of a file system or S3. */
  static boolean isServed(String location) {
    return Locations.isServed(location) && !INCOMPLETE.matcher(location).matches();
  }

  private static void resolve(DataSource.Builder source, Path folder) {
    if (source.hasPath() && isRelative(source.getPath())) {
      source.setPath(absolute(source.getPath(), folder));
    }
  }

  private static boolean isRelative(String location) {
    return !location.isBlank() && !isAbsolute(location);
  }

  private static String absolute(String path, Path folder) {
    return folder.toAbsolutePath().resolve(path).normalize().toString();
  }

  private SpecPaths() {}
}
