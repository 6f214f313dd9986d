package io.retort.spec;

import io.retort.v1.ModelSpec;
import java.util.Locale;

/** Names of models that a spec gives none. */
final class ModelNames {
  private static final int LONGEST = 64;

  /** The model's own name, else one from its location. */
  static String of(ModelSpec model) {
    if (model.hasName()) {
      return model.getName();
    }
    return of(model.hasEndpoint() ? model.getEndpoint().getModel() : model.getModel());
  }

  /**
   * The last part of a location, without the revision of a model of the hub; of the registry name
   * and version: {@code smol-v3}. "model" where nothing is left.
   */
  private static String of(String location) {
    String last =
        location
            .replaceFirst("^registry:", "")
            .replaceFirst("^(hf://[^@]*)@.*", "$1")
            .replaceFirst("@sha256:(.{0,12}).*", "-$1")
            .replaceFirst("/+$", "")
            .replaceFirst(".*/", "");
    String name =
        last.toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9._-]+", "-")
            .replaceFirst("^[^a-z0-9]+", "");
    String shortened = name.substring(0, Math.min(name.length(), LONGEST));
    String ended = shortened.replaceFirst("[^a-z0-9]+$", "");
    return ended.isEmpty() ? "model" : ended;
  }

  private ModelNames() {}
}
