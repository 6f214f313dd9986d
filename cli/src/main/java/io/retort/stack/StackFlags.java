package io.retort.stack;

import io.retort.stack.StackOptions.ModelEndpoint;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Command-line options that configure a stack; the supervisor receives the same ones. */
public final class StackFlags {
  @Option(
      names = "--port",
      paramLabel = "KEY=NUMBER",
      completionCandidates = StackPort.Defaults.class,
      description =
          "Move one port, for example --port temporal-ui=8333; may be repeated. Keys with their"
              + " defaults: ${COMPLETION-CANDIDATES}.")
  Map<String, Integer> moved = new LinkedHashMap<>();

  @Option(names = "--port-offset", defaultValue = "0", description = "Add this to every port.")
  int offset;

  @Option(
      names = "--store",
      paramLabel = "LOCATION",
      description =
          "Where runs and models are kept: a folder, or s3://BUCKET/PREFIX with"
              + " AWS_ENDPOINT_URL_S3, AWS_REGION and credentials in the environment. Default: a"
              + " folder in the stack's home.")
  @Nullable String store;

  @Option(
      names = "--judge-url",
      description = "Base URL of an OpenAI-compatible judge, up to and with /v1.")
  @Nullable String judgeUrl;

  @Option(names = "--judge-model", description = "Model name that the judge's endpoint knows.")
  @Nullable String judgeModel;

  @Option(
      names = "--judge-api-key-env",
      description =
          "Environment variable that holds the judge's key; the key itself is never written down.")
  @Nullable String judgeKey;

  @Option(names = "--student-url", description = "Base URL of an endpoint that serves the student.")
  @Nullable String studentUrl;

  @Option(names = "--student-model", description = "Model name that the student's endpoint knows.")
  @Nullable String studentModel;

  @Option(
      names = "--endpoints",
      paramLabel = "FILE",
      description =
          "YAML file of endpoints and routes for the judge workers, instead of --judge-url and the"
              + " other options of endpoints.")
  @Nullable Path endpoints;

  /**
   * @throws StackException if options contradict each other
   */
  StackOptions options(Path repository, Map<String, String> environment) {
    StackOptions standard = StackOptions.standard(repository, environment);
    Optional<UserEndpoints> file = userEndpoints();
    return new StackOptions(
        standard.repository(),
        standard.home(),
        store == null ? standard.storeUri() : StackOptions.storeUri("--store", store),
        StackPorts.of(offset, moved),
        standard.studentModel(),
        endpoint("--judge", judgeUrl, judgeModel, judgeKey),
        endpoint("--student", studentUrl, studentModel, null),
        file,
        standard.temporalAddress(),
        standard.rayAddress());
  }

  private Optional<UserEndpoints> userEndpoints() {
    if (endpoints == null) {
      return Optional.empty();
    }
    Map<String, @Nullable String> others = new LinkedHashMap<>();
    others.put("--judge-url", judgeUrl);
    others.put("--judge-model", judgeModel);
    others.put("--judge-api-key-env", judgeKey);
    others.put("--student-url", studentUrl);
    others.put("--student-model", studentModel);
    others.forEach(
        (flag, value) -> {
          if (value != null) {
            throw new StackException(
                flag
                    + ": "
                    + value
                    + " (expected: not given together with --endpoints, whose file holds every"
                    + " endpoint)");
          }
        });
    return Optional.of(UserEndpoints.read(endpoints.toAbsolutePath().normalize()));
  }

  private static Optional<ModelEndpoint> endpoint(
      String flag, @Nullable String url, @Nullable String model, @Nullable String key) {
    if (url == null) {
      if (model != null || key != null) {
        throw new StackException(
            flag + "-url: not given (expected: an address, since its model or key is given)");
      }
      return Optional.empty();
    }
    if (!url.startsWith("http://") && !url.startsWith("https://")) {
      throw new StackException(
          flag + "-url: " + url + " (expected: http://... or https://..., up to and with /v1)");
    }
    if (model == null) {
      throw new StackException(
          flag + "-model: not given (expected: the name that " + url + " knows)");
    }
    return Optional.of(new ModelEndpoint(url, model, Optional.ofNullable(key)));
  }
}
