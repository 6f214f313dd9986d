package io.retort.report;

import io.retort.v1.EvaluatedModel;
import java.util.List;

/** The models of a run that evaluates and does not train. */
final class EvaluatedModelTable {
  private static final int DIGITS = 12;

  /** Name, place, and what that was when the run began. */
  static TextTable of(List<EvaluatedModel> models) {
    TextTable table = new TextTable("Models", "evaluated", "sha256");
    for (EvaluatedModel model : models) {
      table.line(model.getName(), place(model), model.getSha256().substring(0, digits(model)));
    }
    return table;
  }

  /** The pinned commit or version says more than what was asked, unless that was an alias. */
  private static String place(EvaluatedModel model) {
    if (model.hasEndpoint()) {
      return model.getEndpoint().getBaseUrl() + "#" + model.getEndpoint().getModel();
    }
    if (model.getPinnedUri().isEmpty() || model.getPinnedUri().equals(model.getModel())) {
      return model.getModel();
    }
    return model.getPinnedUri().startsWith("registry:")
        ? model.getModel() + " = " + model.getPinnedUri()
        : model.getPinnedUri();
  }

  private static int digits(EvaluatedModel model) {
    return Math.min(DIGITS, model.getSha256().length());
  }

  private EvaluatedModelTable() {}
}
