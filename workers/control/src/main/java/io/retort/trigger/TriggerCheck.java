package io.retort.trigger;

import io.grpc.StatusRuntimeException;
import io.retort.annotation.RunLabels;
import io.retort.spec.RequestValidator;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.ScheduleSource;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerLaunch;
import io.retort.v1.TriggerParameter;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds every violation of a trigger's configuration at once. */
final class TriggerCheck {
  /** In bytes; many are listed at once. */
  private static final int LARGEST = 256 << 10;

  private static final String LAUNCH = "config.launch.";
  private static final String DATA = "data";

  private final RequestValidator validator = new RequestValidator();
  private final Launches launches;

  private final WatchCheck watches;

  TriggerCheck(Launches launches, WatchCheck watches) {
    this.launches = launches;
    this.watches = watches;
  }

  /** Empty for a valid configuration. Throws the error of a store or of Temporal that is asked. */
  List<SpecViolation> violations(SetTriggerRequest request) {
    TriggerConfig config = request.getConfig();
    List<SpecViolation> violations = new ArrayList<>(validator.validate(withoutSpecs(request)));
    if (config.getSerializedSize() > LARGEST) {
      violations.add(
          new SpecViolation(
              "config", config.getSerializedSize() + " bytes (expected: at most " + LARGEST + ")"));
      return violations;
    }
    if (config.hasSchedule()) {
      schedule(config.getSchedule(), violations);
    }
    if (config.hasWatchedData()) {
      violations.addAll(watches.violations(config.getWatchedData()));
    }
    template(config.getLaunch(), violations);
    int before = violations.size();
    parameters(config.getLaunch().getParametersList(), violations);
    withoutPayload(config, violations);
    if (violations.size() == before
        && config.getLaunch().hasSpec() != config.getLaunch().hasRetrain()) {
      launch(config, violations);
    }
    return List.copyOf(violations);
  }

  /** The rules of specs are checked for the run, with what parameters add. */
  private static SetTriggerRequest withoutSpecs(SetTriggerRequest request) {
    SetTriggerRequest.Builder without = request.toBuilder();
    if (request.getConfig().hasLaunch()) {
      LaunchTemplate.Builder launch = without.getConfigBuilder().getLaunchBuilder();
      launch.clearSpec();
      if (launch.hasRetrain()) {
        launch.getRetrainBuilder().clearChanges();
      }
    }
    return without.build();
  }

  private static void schedule(ScheduleSource schedule, List<SpecViolation> violations) {
    CronExpression.problem(schedule.getCron())
        .ifPresent(
            problem ->
                violations.add(
                    new SpecViolation(
                        "config.schedule.cron",
                        problem
                            + " (expected: minute, hour, day of the month, month and day of the"
                            + " week as in crontab, for example \"0 2 * * 1-5\")")));
    String zone = schedule.getTimeZone();
    if (!zone.isEmpty()
        && (!ZoneId.getAvailableZoneIds().contains(zone) || zone.startsWith("SystemV/"))) {
      violations.add(
          new SpecViolation(
              "config.schedule.time_zone",
              '"' + zone + "\" (expected: an IANA name such as Europe/Berlin)"));
    }
  }

  private static void template(LaunchTemplate launch, List<SpecViolation> violations) {
    if (launch.hasSpec() == launch.hasRetrain()) {
      violations.add(
          new SpecViolation(
              LAUNCH + "spec",
              launch.hasSpec()
                  ? "beside retrain (expected: one of them)"
                  : "missing (expected: a spec, or retrain)"));
    }
    violations.addAll(RunLabels.violations(LAUNCH + "labels", launch.getLabelsMap()));
    launch.getLabelsMap().keySet().stream()
        .filter(TriggerLabel::isReserved)
        .forEach(
            key ->
                violations.add(
                    new SpecViolation(
                        LAUNCH + "labels",
                        key + " (expected: no key that begins with retort.dev/)")));
  }

  private static void parameters(
      List<TriggerParameter> parameters, List<SpecViolation> violations) {
    Set<String> names = new HashSet<>();
    Set<String> targets = new HashSet<>();
    for (int index = 0; index < parameters.size(); index++) {
      TriggerParameter parameter = parameters.get(index);
      String field = LAUNCH + "parameters[" + index + "].";
      if (!names.add(parameter.getName())) {
        violations.add(twice(field + "name", parameter.getName()));
      }
      if (!parameter.getTarget().equals(TriggerTarget.APPEND_TRAIN)
          && !targets.add(parameter.getTarget())) {
        violations.add(twice(field + "target", parameter.getTarget()));
      }
      if (parameter.getPointer().isEmpty() || JsonPointer.parse(parameter.getPointer()).isEmpty()) {
        violations.add(
            new SpecViolation(
                field + "pointer",
                '"'
                    + parameter.getPointer()
                    + "\" (expected: a JSON pointer such as /data/learning_rate)"));
      }
      Optional<TriggerTarget> target = TriggerTarget.parse(parameter.getTarget());
      if (target.isEmpty()) {
        violations.add(
            new SpecViolation(
                field + "target",
                '"'
                    + parameter.getTarget()
                    + "\" (expected: the path of a spec field with one value, other than team, such"
                    + " as sft.learning_rate; label.KEY; or append_train)"));
      } else {
        rules(parameter, target.get(), field, violations);
      }
    }
  }

  /** Times come without a payload, and new files with one that is known. */
  private static void withoutPayload(TriggerConfig config, List<SpecViolation> violations) {
    List<TriggerParameter> parameters = config.getLaunch().getParametersList();
    for (int index = 0; index < parameters.size(); index++) {
      TriggerParameter parameter = parameters.get(index);
      if (ParameterValues.defaultValue(parameter).isEmpty()) {
        String field = LAUNCH + "parameters[" + index + "].";
        if (config.hasSchedule()) {
          violations.add(
              new SpecViolation(
                  field + "default_value",
                  "missing (expected: a value, as a schedule has no payload)"));
        } else if (config.hasWatchedData() && !WatchedEvent.has(parameter.getPointer())) {
          violations.add(
              new SpecViolation(
                  field + "pointer",
                  '"'
                      + parameter.getPointer()
                      + "\" (expected: /uri, /count, /bytes or /files/0, or a default_value)"));
        }
      }
    }
  }

  private static void rules(
      TriggerParameter parameter,
      TriggerTarget target,
      String field,
      List<SpecViolation> violations) {
    int before = violations.size();
    if (parameter.getPattern().isEmpty()) {
      if (target.needsPattern()) {
        violations.add(
            new SpecViolation(
                field + "pattern",
                "missing (expected: an RE2 expression of what may go to "
                    + parameter.getTarget()
                    + ")"));
      }
    } else if (!target.needsPattern() && !(target instanceof TriggerTarget.Label)) {
      violations.add(
          new SpecViolation(
              field + "pattern", "for " + parameter.getTarget() + " (expected: only for text)"));
    } else {
      LinearPattern.problem(parameter.getPattern())
          .ifPresent(
              problem ->
                  violations.add(
                      new SpecViolation(
                          field + "pattern", problem + " (expected: an RE2 expression)")));
    }
    bound(parameter.hasMinimum(), parameter.getMinimum(), target, field + "minimum", violations);
    bound(parameter.hasMaximum(), parameter.getMaximum(), target, field + "maximum", violations);
    if (parameter.hasMinimum()
        && parameter.hasMaximum()
        && parameter.getMinimum() > parameter.getMaximum()) {
      violations.add(
          new SpecViolation(
              field + "maximum",
              parameter.getMaximum() + " (expected: at least " + parameter.getMinimum() + ")"));
    }
    if (violations.size() == before && ParameterValues.defaultValue(parameter).isPresent()) {
      try {
        Object unused = new ParameterValue(parameter, target).of(parameter.getDefaultValue());
      } catch (ParameterValue.MismatchException e) {
        violations.add(new SpecViolation(field + "default_value", e.description()));
      }
    }
  }

  private static void bound(
      boolean set,
      double bound,
      TriggerTarget target,
      String field,
      List<SpecViolation> violations) {
    if (set && !target.isNumber()) {
      violations.add(new SpecViolation(field, bound + " (expected: only for numbers)"));
    } else if (set && !Double.isFinite(bound)) {
      violations.add(new SpecViolation(field, bound + " (expected: a finite number)"));
    }
  }

  /** The run that is launched where the payload gives nothing. */
  private void launch(TriggerConfig config, List<SpecViolation> violations) {
    TriggerLaunch launch;
    try {
      launch =
          LaunchRequests.of(
              // A wrong name, which is reported already, would be a wrong label too.
              TriggerStore.isName(config.getName())
                  ? config
                  : config.toBuilder().setName("trigger").build(),
              ParameterValues.defaults(config.getLaunch().getParametersList()),
              List.of());
    } catch (SpecException e) {
      throw new IllegalStateException("defaults were checked", e);
    }
    Set<String> later = later(config);
    for (SpecViolation violation : found(launch)) {
      if (!later.contains(violation.field())
          && !(later.contains(DATA) && violation.field().matches("data(\\.train)?"))) {
        violations.add(
            new SpecViolation(LAUNCH + place(config, violation.field()), violation.description()));
      }
    }
  }

  private List<SpecViolation> found(TriggerLaunch launch) {
    try {
      return launches.violations(launch);
    } catch (StatusRuntimeException e) {
      if (TriggerErrors.category(e) != FailureCategory.FAILURE_CATEGORY_USER) {
        throw e;
      }
      return TriggerErrors.violations(e);
    }
  }

  /** What an event gives: fields of the spec without a default, and {@link #DATA}. */
  private static Set<String> later(TriggerConfig config) {
    Set<String> later = new HashSet<>();
    for (TriggerParameter parameter : config.getLaunch().getParametersList()) {
      if (parameter.getTarget().equals(TriggerTarget.APPEND_TRAIN)) {
        later.add(DATA);
      } else if (ParameterValues.defaultValue(parameter).isEmpty()) {
        later.add(parameter.getTarget());
      }
    }
    if (WatchedEvent.appends(config)) {
      later.add(DATA);
    }
    return later;
  }

  /** The field of the template for a field of the request that it makes. */
  private static String place(TriggerConfig config, String field) {
    if (field.equals("lane") || field.equals("note") || field.startsWith("labels")) {
      return field;
    }
    if (config.getLaunch().hasSpec()) {
      return field.isEmpty() ? "spec" : "spec." + field;
    }
    Set<String> own = Set.of("run_id", "model", "update_mask", "from_stage", "append_train");
    return field.isEmpty() || own.contains(field)
        ? ("retrain." + field).replaceFirst("\\.$", "")
        : "retrain.changes." + field;
  }

  private static SpecViolation twice(String field, String value) {
    return new SpecViolation(field, value + " again (expected: each once)");
  }
}
