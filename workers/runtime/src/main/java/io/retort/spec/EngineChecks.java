package io.retort.spec;

import io.retort.training.TrainerJobs;
import io.retort.v1.EndpointHeader;
import io.retort.v1.EndpointSpec;
import io.retort.v1.EngineKind;
import io.retort.v1.EngineSpec;
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

  static List<SpecViolation> check(EngineSpec engine) {
    EngineChecks checks = new EngineChecks();
    if (engine.getKind() == EngineKind.ENGINE_KIND_ENDPOINT) {
      checks.endpoint(engine);
    } else if (engine.hasEndpoint()) {
      checks.refuse(".endpoint", "set", "not set, unless kind is endpoint");
    }
    return checks.violations;
  }

  private void endpoint(EngineSpec engine) {
    if (!engine.hasEndpoint()) {
      violations.add(
          SpecViolation.missing(PATH + ".endpoint", "base_url and model of the server to ask"));
      return;
    }
    if (engine.hasDtype()) {
      refuse(".dtype", "set", "not set with kind endpoint, whose server decides it");
    }
    EndpointSpec endpoint = engine.getEndpoint();
    if (endpoint.hasModel() && !endpoint.getModel().contains(TrainerJobs.MODEL_NAME)) {
      refuse(
          ".endpoint.model",
          '"' + endpoint.getModel() + '"',
          "a name with "
              + TrainerJobs.MODEL_NAME
              + " in it, or the base model, stage 1 and stage 2 would be the same model");
    }
    for (int index = 0; index < endpoint.getHeadersCount(); index++) {
      EndpointHeader header = endpoint.getHeaders(index);
      if (REFUSED_HEADERS.contains(header.getName().toLowerCase(Locale.ROOT))) {
        refuse(
            ".endpoint.headers[" + index + "].name",
            '"' + header.getName() + '"',
            "a header that carries no secret and that clients do not set themselves; a key belongs"
                + " into the variable named by api_key_env");
      }
    }
  }

  private void refuse(String field, String value, String expectation) {
    violations.add(SpecViolation.of(PATH + field, value, expectation));
  }

  private EngineChecks() {}
}
