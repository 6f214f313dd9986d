package io.retort.pages;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.QueryParamsBuilder;
import io.retort.report.Figures;
import io.retort.v1.RunLog;
import java.util.List;

/**
 * A window of a log of a run.
 *
 * @param self address of the page as it was asked for
 * @param earlier address of the window before, empty at the beginning; {@code later} of the one
 *     after, empty at the end
 * @param end whether the window is the last one
 * @param live whether the log may grow, and its end is shown
 */
public record LogView(
    String run,
    List<Entry> logs,
    String name,
    String text,
    String self,
    String earlier,
    String later,
    boolean end,
    boolean live) {
  /** A log of the run. */
  public record Entry(String name, String address, String size, boolean current) {}

  static LogView of(
      String run, List<RunLog> logs, RunLog shown, long from, ByteString text, boolean end) {
    long to = from + text.size();
    return new LogView(
        run,
        logs.stream()
            .map(
                log ->
                    new Entry(
                        log.getName(),
                        address(run, log.getName(), -1),
                        Figures.count(log.getBytes()) + " bytes",
                        log.getName().equals(shown.getName())))
            .toList(),
        shown.getName(),
        text.toStringUtf8(),
        address(run, shown.getName(), end ? -1 : from),
        from > 0 ? address(run, shown.getName(), Math.max(0, from - LogPages.WINDOW)) : "",
        !end && to < shown.getBytes() ? address(run, shown.getName(), to) : "",
        end,
        end && !shown.getComplete());
  }

  private static String address(String run, String log, long offset) {
    QueryParamsBuilder query = QueryParams.builder().add("log", log);
    if (offset >= 0) {
      query.add("offset", Long.toString(offset));
    }
    return "/runs/" + Paths.segment(run) + "/logs?" + query.build().toQueryString();
  }
}
