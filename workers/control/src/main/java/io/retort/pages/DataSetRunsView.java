package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import java.util.List;

/**
 * A data set with the runs that used it.
 *
 * @param next address of older runs, empty where there are none
 */
public record DataSetRunsView(List<String> sources, List<DataSetView> rows, String next) {
  static DataSetRunsView of(
      String run, List<String> sources, List<DataSetView> rows, String token) {
    return new DataSetRunsView(
        sources,
        rows,
        token.isEmpty()
            ? ""
            : "/datasets/"
                + Paths.segment(run)
                + "?"
                + QueryParams.of("page_token", token).toQueryString());
  }
}
