package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import io.retort.v1.ListModelsResponse;
import java.util.List;
import java.util.TreeMap;

/**
 * A page of the list of models.
 *
 * @param next address of the next page, empty on the last one
 */
public record ModelListView(List<Row> rows, String next) {
  /**
   * @param aliases "production: 3, staging: 4"
   */
  public record Row(String name, String address, String aliases) {}

  static ModelListView of(ListModelsResponse page) {
    return new ModelListView(
        page.getModelsList().stream()
            .map(
                model ->
                    new Row(
                        model.getName(),
                        "/models/" + Paths.segment(model.getName()),
                        aliases(new TreeMap<>(model.getAliases().getVersionsMap()))))
            .toList(),
        page.getNextPageToken().isEmpty()
            ? ""
            : "/models?" + QueryParams.of("page_token", page.getNextPageToken()).toQueryString());
  }

  private static String aliases(TreeMap<String, Integer> versions) {
    return String.join(
        ", ",
        versions.entrySet().stream()
            .map(one -> one.getKey() + ": version " + one.getValue())
            .toList());
  }
}
