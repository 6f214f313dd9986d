package io.retort.pages;

import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import io.retort.report.Figures;
import java.util.List;

/**
 * The data sets of some runs, those that were used last first.
 *
 * @param about of which runs
 * @param next address of more data sets of the same runs, or of those of older ones; empty at the
 *     end
 */
public record DataSetListView(List<DataSetView> rows, String about, String next) {
  /**
   * @param from number of the first data set that is not shown; 0 where all are
   * @param older token of older runs, empty where there are none
   */
  static DataSetListView of(
      List<DataSetView> rows, int runs, String token, int from, String older) {
    QueryParamsBuilder query = QueryParams.builder();
    String of = from > 0 ? token : older;
    if (!of.isEmpty()) {
      query.add("page_token", of);
    }
    if (from > 0) {
      query.add("from", Integer.toString(from));
    }
    String address = query.build().toQueryString();
    return new DataSetListView(
        rows,
        Figures.count(runs) + (token.isEmpty() ? " newest" : " older") + " runs",
        address.isEmpty() ? "" : "/datasets?" + address);
  }
}
