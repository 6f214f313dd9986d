package io.retort.pages;

import io.retort.spec.SpecChanges;
import io.retort.spec.SpecException;
import io.retort.spec.SpecReader;
import io.retort.spec.SpecValidator;
import io.retort.spec.SpecViolation;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CreateRunResponse;
import io.retort.v1.Plan;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetrainRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A form that launches a run: a new one, or a retrain of another.
 *
 * @param origin the run that is retrained; empty for a new one
 * @param values what is filled in, by the path of its field
 * @param requestId so that a form that is sent twice starts one run
 */
record LaunchForm(
    Optional<Run> origin, Map<String, String> values, LaunchOptions options, String requestId) {
  /** An empty form, or that of the run as it is. */
  static LaunchForm open(Optional<Run> origin) {
    return new LaunchForm(origin, values(origin), LaunchOptions.NONE, UUID.randomUUID().toString());
  }

  /** A form as it was sent. */
  static LaunchForm sent(Optional<Run> origin, Form form) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : form.entries()) {
      if (entry.getKey().startsWith(SpecForm.PREFIX)) {
        values.put(entry.getKey().substring(SpecForm.PREFIX.length()), entry.getValue().strip());
      }
    }
    return new LaunchForm(origin, values, LaunchOptions.of(form), form.text("request_id"));
  }

  SpecForm spec(List<SpecViolation> violations) {
    return SpecForm.of(values, values(origin), violations);
  }

  FormFields fields() {
    return new FormFields(
        Stream.concat(spec().root().paths(), LaunchOptions.fields(origin.isPresent()).stream())
            .collect(Collectors.toSet()));
  }

  String title() {
    return origin.map(run -> "Retrain " + run.getRunId()).orElse("New run");
  }

  /** Where the form is sent. */
  String action() {
    return origin.map(run -> "/runs/" + Paths.segment(run.getRunId()) + "/retrain").orElse("/new");
  }

  /** The team in which the run would be. */
  String team() {
    return values.getOrDefault("team", "");
  }

  /**
   * What can be said against it without a call.
   *
   * @throws SpecException with every violation
   */
  void check(SpecValidator validator) throws SpecException {
    RunSpec spec =
        origin.isPresent() ? changed(origin.get()) : SpecReader.read("{}", spec().overrides());
    List<SpecViolation> violations = validator.validate(spec);
    if (!violations.isEmpty()) {
      throw new SpecException(violations);
    }
    Map<String, String> ignored = options.labelMap();
    if (origin.isEmpty() && options.stage() != Stage.STAGE_UNSPECIFIED) {
      throw new SpecException(
          List.of(new SpecViolation("from_stage", "set (expected: only for a retrain)")));
    }
  }

  CompletableFuture<Run> start(LocalCalls calls) throws SpecException {
    return origin.isPresent()
        ? calls
            .later(RunServiceGrpc.getRetrainRunMethod(), retrain(origin.get(), false))
            .thenApply(RetrainRunResponse::getRun)
        : calls
            .later(RunServiceGrpc.getCreateRunMethod(), create(false))
            .thenApply(CreateRunResponse::getRun);
  }

  CompletableFuture<Plan> plan(LocalCalls calls) throws SpecException {
    return origin.isPresent()
        ? calls
            .later(RunServiceGrpc.getRetrainRunMethod(), retrain(origin.get(), true))
            .thenApply(RetrainRunResponse::getPlan)
        : calls
            .later(RunServiceGrpc.getCreateRunMethod(), create(true))
            .thenApply(CreateRunResponse::getPlan);
  }

  private CreateRunRequest create(boolean validateOnly) throws SpecException {
    return CreateRunRequest.newBuilder()
        .setSpec(SpecReader.read("{}", spec().overrides()))
        .setRequestId(requestId)
        .setValidateOnly(validateOnly)
        .setLane(options.lane())
        .putAllLabels(options.labelMap())
        .setNote(options.note())
        .build();
  }

  private RetrainRunRequest retrain(Run run, boolean validateOnly) throws SpecException {
    SpecChanges changes = SpecChanges.parse(run.getSpec(), spec().changes());
    return RetrainRunRequest.newBuilder()
        .setRunId(run.getRunId())
        .setChanges(changes.spec())
        .setUpdateMask(changes.mask())
        .setRequestId(requestId)
        .setValidateOnly(validateOnly)
        .setLane(options.lane())
        .putAllLabels(options.labelMap())
        .setNote(options.note())
        .setFromStage(options.stage())
        .build();
  }

  private RunSpec changed(Run run) throws SpecException {
    SpecChanges changes = SpecChanges.parse(run.getSpec(), spec().changes());
    return SpecChanges.apply(run.getSpec(), changes.spec(), changes.mask());
  }

  private SpecForm spec() {
    return spec(List.of());
  }

  private static Map<String, String> values(Optional<Run> run) {
    return run.map(one -> SpecValues.of(one.getSpec())).orElse(Map.of());
  }
}
