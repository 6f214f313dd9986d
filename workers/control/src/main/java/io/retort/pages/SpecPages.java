package io.retort.pages;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.report.Figures;
import io.retort.run.RunStages;
import io.retort.spec.SpecChanges;
import io.retort.spec.SpecDefaults;
import io.retort.spec.SpecException;
import io.retort.spec.SpecReader;
import io.retort.spec.SpecValidator;
import io.retort.spec.SpecViolation;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Starts runs from a form: new ones, and retrains with changed fields. */
final class SpecPages {
  private final LocalCalls calls;
  private final RunPages runs;
  private final SpecValidator validator = new SpecValidator();
  private final SpecDefaults defaults;

  SpecPages(LocalCalls calls, RunPages runs, SpecDefaults defaults) {
    this.calls = calls;
    this.runs = runs;
    this.defaults = defaults;
  }

  HttpResponse create(PageRequest request) {
    return page(request, HttpStatus.OK, Map.of(), List.of(), UUID.randomUUID().toString());
  }

  /** The list of problems alone where htmx asks for it, else the page with them. */
  CompletableFuture<HttpResponse> validate(PageRequest request) {
    Map<String, String> values = values(request.form());
    return CompletableFuture.completedFuture(
        checked(request, values, Map.of(), check(SpecForm.of(values, Map.of(), List.of()))));
  }

  CompletableFuture<HttpResponse> start(PageRequest request) {
    Map<String, String> values = values(request.form());
    String requestId = request.form().text("request_id");
    RunSpec spec;
    try {
      spec = SpecReader.read("{}", SpecForm.of(values, Map.of(), List.of()).overrides());
    } catch (SpecException e) {
      return CompletableFuture.completedFuture(
          page(request, HttpStatus.BAD_REQUEST, values, e.violations(), requestId));
    }
    return calls
        .later(
            RunServiceGrpc.getCreateRunMethod(),
            CreateRunRequest.newBuilder().setSpec(spec).setRequestId(requestId).build())
        .thenApply(response -> started(response.getRun()))
        .exceptionally(
            thrown -> page(request, HttpStatus.BAD_REQUEST, values, violations(thrown), requestId));
  }

  HttpResponse retrain(PageRequest request) {
    Map<String, String> origin = SpecValues.of(runs.run(request).getSpec());
    return retrainPage(
        request, HttpStatus.OK, origin, origin, List.of(), UUID.randomUUID().toString());
  }

  CompletableFuture<HttpResponse> validateRetrain(PageRequest request) {
    RunSpec spec = runs.run(request).getSpec();
    Map<String, String> origin = SpecValues.of(spec);
    Map<String, String> values = values(request.form());
    List<SpecViolation> violations;
    RunSpec changed = spec;
    try {
      changed = apply(spec, SpecForm.of(values, origin, List.of()));
      violations = validator.validate(changed);
    } catch (SpecException e) {
      violations = e.violations();
    }
    return CompletableFuture.completedFuture(
        checked(
            request,
            values,
            origin,
            violations.isEmpty() ? new Checked(List.of(), stages(changed)) : wrong(violations)));
  }

  CompletableFuture<HttpResponse> startRetrain(PageRequest request) {
    Run run = runs.run(request);
    Map<String, String> origin = SpecValues.of(run.getSpec());
    Map<String, String> values = values(request.form());
    String requestId = request.form().text("request_id");
    SpecChanges changes;
    try {
      changes = SpecChanges.parse(run.getSpec(), SpecForm.of(values, origin, List.of()).changes());
    } catch (SpecException e) {
      return CompletableFuture.completedFuture(
          retrainPage(request, HttpStatus.BAD_REQUEST, values, origin, e.violations(), requestId));
    }
    return calls
        .later(
            RunServiceGrpc.getRetrainRunMethod(),
            RetrainRunRequest.newBuilder()
                .setRunId(run.getRunId())
                .setChanges(changes.spec())
                .setUpdateMask(changes.mask())
                .setRequestId(requestId)
                .build())
        .thenApply(response -> started(response.getRun()))
        .exceptionally(
            thrown ->
                retrainPage(
                    request,
                    HttpStatus.BAD_REQUEST,
                    values,
                    origin,
                    violations(thrown),
                    requestId));
  }

  private record Checked(List<SpecViolation> violations, List<String> stages) {}

  private static Checked wrong(List<SpecViolation> violations) {
    return new Checked(violations, List.of());
  }

  private Checked check(SpecForm form) {
    try {
      RunSpec spec = SpecReader.read("{}", form.overrides());
      List<SpecViolation> violations = validator.validate(spec);
      return violations.isEmpty()
          ? new Checked(List.of(), stages(defaults.fill(spec)))
          : wrong(violations);
    } catch (SpecException e) {
      return wrong(e.violations());
    }
  }

  private static RunSpec apply(RunSpec origin, SpecForm form) throws SpecException {
    SpecChanges changes = SpecChanges.parse(origin, form.changes());
    return SpecChanges.apply(origin, changes.spec(), changes.mask());
  }

  private static List<String> stages(RunSpec spec) {
    return RunStages.of(spec).stream().map(Figures::name).toList();
  }

  private HttpResponse checked(
      PageRequest request,
      Map<String, String> values,
      Map<String, String> origin,
      Checked checked) {
    if (request.isPart()) {
      return request.page(
          "specCheck", SpecFormView.Check.of(checked.violations(), checked.stages()));
    }
    String requestId = request.form().text("request_id");
    return origin.isEmpty()
        ? page(request, HttpStatus.OK, values, checked.violations(), requestId)
        : retrainPage(request, HttpStatus.OK, values, origin, checked.violations(), requestId);
  }

  private static HttpResponse page(
      PageRequest request,
      HttpStatus status,
      Map<String, String> values,
      List<SpecViolation> violations,
      String requestId) {
    return request.page(
        status,
        "specForm",
        new SpecFormView(
            "New run",
            "",
            "/new",
            requestId,
            SpecForm.of(values, Map.of(), violations),
            SpecFormView.Check.of(violations, List.of())));
  }

  private static HttpResponse retrainPage(
      PageRequest request,
      HttpStatus status,
      Map<String, String> values,
      Map<String, String> origin,
      List<SpecViolation> violations,
      String requestId) {
    String runId = request.path("run");
    return request.page(
        status,
        "specForm",
        new SpecFormView(
            "Retrain " + runId,
            runId,
            "/runs/" + Paths.segment(runId) + "/retrain",
            requestId,
            SpecForm.of(values, origin, violations),
            SpecFormView.Check.of(violations, List.of())));
  }

  private static HttpResponse started(Run run) {
    return PageResponses.seeOther("/runs/" + Paths.segment(run.getRunId()));
  }

  private static Map<String, String> values(Form form) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : form.entries()) {
      if (entry.getKey().startsWith(SpecForm.PREFIX)) {
        values.put(entry.getKey().substring(SpecForm.PREFIX.length()), entry.getValue().strip());
      }
    }
    return values;
  }

  /** Of a refused spec; throws every other error. */
  private static List<SpecViolation> violations(Throwable thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    if (cause instanceof StatusRuntimeException status
        && status.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
      com.google.rpc.Status details = StatusProto.fromThrowable(status);
      List<SpecViolation> violations = new ArrayList<>();
      if (details != null) {
        for (Any detail : details.getDetailsList()) {
          if (detail.is(BadRequest.class)) {
            violations.addAll(violations(detail));
          }
        }
      }
      if (!violations.isEmpty()) {
        return violations;
      }
    }
    if (cause instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    throw new IllegalStateException(cause);
  }

  private static List<SpecViolation> violations(Any detail) {
    try {
      return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
          .map(one -> new SpecViolation(one.getField(), one.getDescription()))
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("details of an error cannot be parsed", e);
    }
  }
}
