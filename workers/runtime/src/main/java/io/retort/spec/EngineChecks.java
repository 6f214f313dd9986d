package io.retort.spec;

import io.retort.evaluation.EvaluatedModels;
import io.retort.training.TrainerJobs;
import io.retort.v1.EndpointHeader;
import io.retort.v1.EndpointSpec;
import io.retort.v1.EngineKind;
import io.retort.v1.EngineSpec;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules between the fields of the engine that generates an evaluation's answers. */
final class EngineChecks {
  private static final String PATH = "evaluation.engine";

  /** Headers that carry secrets, or that the client sets itself. */
  private static final Set<String> REFUSED_HEADERS =
      Set.of(
          "authorization",
          "proxy-authorization",
          "api-key",
          "x-api-key",
          "cookie",
          "host",
          "connection",
          "content-length",
          "content-type",
          "transfer-encoding");

  private final List<SpecViolation> violations = new ArrayList<>();

  static List<SpecViolation> check(RunSpec spec) {
    EngineSpec engine = spec.getEvaluation().getEngine();
    EngineChecks checks = new EngineChecks();
    if (engine.getKind() == EngineKind.ENGINE_KIND_ENDPOINT) {
      checks.endpoint(engine, asked(spec));
    } else if (engine.hasEndpoint()) {
      checks.refuse(".endpoint", "set", "not set, unless kind is endpoint");
    }
    return checks.violations;
  }

  /** Names of the models that the engine generates answers of: those without their own endpoint. */
  private static List<String> asked(RunSpec spec) {
    return spec.getModelsCount() == 0
        ? List.of(EvaluatedModels.BASE, EvaluatedModels.STAGE_1, EvaluatedModels.STAGE_2)
        : spec.getModelsList().stream()
            .filter(model -> !model.hasEndpoint())
            .map(ModelNames::of)
            .toList();
  }

  private void endpoint(EngineSpec engine, List<String> asked) {
    if (!engine.hasEndpoint()) {
      violations.add(
          SpecViolation.missing(PATH + ".endpoint", "base_url and model of the server to ask"));
      return;
    }
    if (engine.hasDtype()) {
      refuse(".dtype", "set", "not set with kind endpoint, whose server decides it");
    }
    EndpointSpec endpoint = engine.getEndpoint();
    if (asked.size() > 1
        && endpoint.hasModel()
        && !endpoint.getModel().contains(TrainerJobs.MODEL_NAME)) {
      refuse(
          ".endpoint.model",
          '"' + endpoint.getModel() + '"',
          "a name with "
              + TrainerJobs.MODEL_NAME
              + " in it, or "
              + String.join(", ", asked.subList(0, asked.size() - 1))
              + " and "
              + asked.get(asked.size() - 1)
              + " would be the same model");
    }
    violations.addAll(headers(endpoint, PATH + ".endpoint"));
  }

  /**
   * @param path of the endpoint in the spec
   */
  static List<SpecViolation> headers(EndpointSpec endpoint, String path) {
    List<SpecViolation> violations = new ArrayList<>();
    for (int index = 0; index < endpoint.getHeadersCount(); index++) {
      EndpointHeader header = endpoint.getHeaders(index);
      if (REFUSED_HEADERS.contains(header.getName().toLowerCase(Locale.ROOT))) {
        violations.add(
            SpecViolation.of(
                path + ".headers[" + index + "].name",
                '"' + header.getName() + '"',
                "a header that carries no secret and that clients do not set themselves; a key belongs"
                    + " into the variable named by api_key_env"));
      }
    }
    return violations;
  }

  private void refuse(String field, String value, String expectation) {
    violations.add(SpecViolation.of(PATH + field, value, expectation));
  }

  private EngineChecks() {}
}
