package io.retort.stack;

import io.retort.store.Locations;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Options of a stack.
 *
 * @param repository checkout that holds the built workers and the Python environment
 * @param home folder for logs, state, Temporal's database and, by default, the store
 * @param storeUri root of the store, without a slash at its end
 * @param ports where each process listens
 * @param studentModel folder of the default student in Hugging Face layout
 * @param judge endpoint of the judge; empty: the embedded model server
 * @param student endpoint that serves the student; empty: the embedded model server
 * @param endpoints the user's file of all endpoints; empty: one is made of judge and student
 * @param temporalAddress an existing Temporal; empty: an embedded one
 * @param rayAddress an existing Ray cluster; empty: an embedded one-node cluster
 */
public record StackOptions(
    Path repository,
    Path home,
    String storeUri,
    StackPorts ports,
    Path studentModel,
    Optional<ModelEndpoint> judge,
    Optional<ModelEndpoint> student,
    Optional<UserEndpoints> endpoints,
    Optional<String> temporalAddress,
    Optional<String> rayAddress) {
  private static final List<String> SHARED_PREFIXES = List.of("AWS_", "HF_", "TEMPORAL_");
  private static final Set<String> SHARED = Set.of("HOME", "PATH", "USER");

  /**
   * An OpenAI-compatible endpoint.
   *
   * @param baseUrl up to and with {@code /v1}
   * @param apiKeyVariable environment variable of the judge workers that holds the key
   */
  public record ModelEndpoint(String baseUrl, String model, Optional<String> apiKeyVariable) {}

  /** The stack's usual home is {@code .retort} in the checkout; {@code RETORT_HOME} moves it. */
  public static Path home(Path repository, Map<String, String> environment) {
    String home = environment.getOrDefault("RETORT_HOME", "");
    return home.isBlank() ? repository.resolve(".retort") : Path.of(home).toAbsolutePath();
  }

  public static StackOptions standard(Path repository, Map<String, String> environment) {
    Path home = home(repository, environment);
    String student = environment.getOrDefault("RETORT_STUDENT_MODEL", "");
    return new StackOptions(
        repository,
        home,
        storeUri(
            "RETORT_STORE",
            variable(environment, "RETORT_STORE").orElse(home.resolve("store").toString())),
        StackPorts.of(0, Map.of()),
        student.isBlank() ? smallModel(repository) : Path.of(student).toAbsolutePath(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        variable(environment, "TEMPORAL_ADDRESS"),
        variable(environment, "RETORT_RAY_ADDRESS"));
  }

  /**
   * @param option or variable that named the place, for the message
   * @throws StackException when no store serves the place
   */
  static String storeUri(String option, String place) {
    return Locations.uri(place)
        .orElseThrow(
            () ->
                new StackException(
                    option + ": " + place + " (expected: " + Locations.EXPECTED + ")"));
  }

  /** The model of the embedded model server, whatever the student is. */
  Path servedModel() {
    return smallModel(repository).resolve("SmolLM2-135M-Instruct.Q8_0.gguf");
  }

  /** Unless every endpoint is elsewhere. */
  boolean needsModelServer() {
    return endpoints
        .map(file -> file.names(ports.get(StackPort.MODEL)))
        .orElse(judge.isEmpty() || student.isEmpty());
  }

  /** Unless a model of the user's judges. */
  boolean needsTeacher() {
    return endpoints.map(file -> file.names(ports.get(StackPort.TEACHER))).orElse(judge.isEmpty());
  }

  /** Names of the environment variables that hold keys, for the judge workers alone. */
  Set<String> secretVariables() {
    Set<String> names = new TreeSet<>();
    endpoints.ifPresent(file -> names.addAll(file.variables()));
    judge.flatMap(ModelEndpoint::apiKeyVariable).ifPresent(names::add);
    names.removeIf(StackOptions::isShared);
    return names;
  }

  /** Whether other processes are configured by the variable as well. */
  private static boolean isShared(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.endsWith("_PROXY")
        || SHARED_PREFIXES.stream().anyMatch(upper::startsWith)
        || SHARED.contains(upper);
  }

  /** Where set-up puts it: in the checkout, also when the stack's home is elsewhere. */
  private static Path smallModel(Path repository) {
    return repository.resolve(".retort/models/SmolLM2-135M-Instruct");
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
