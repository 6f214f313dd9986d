package io.retort.pages;

import com.google.common.collect.Lists;
import com.linecorp.armeria.common.QueryParams;
import io.retort.enums.EnumText;
import io.retort.v1.AliasChange;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelVersion;
import java.util.List;
import java.util.TreeMap;

/**
 * A model of the registry.
 *
 * @param history changes of its aliases, newest first
 * @param next address of older versions, empty where there are none
 * @param allowed whether the reader may move its aliases
 */
public record ModelView(
    String name,
    String address,
    List<Alias> aliases,
    List<Version> versions,
    List<Change> history,
    String next,
    boolean allowed) {
  private static final int MOST_CHANGES = 200;

  public record Alias(String name, int version) {}

  /**
   * @param aliases that name the version, separated by commas
   * @param run that released it
   */
  public record Version(int number, String aliases, String run, String content) {}

  public record Change(String time, String machine, String text, String reason) {}

  static ModelView of(Model model, ListVersionsResponse page, boolean allowed) {
    String address = "/models/" + Paths.segment(model.getName());
    List<AliasChange> history = Lists.reverse(model.getAliases().getHistoryList());
    return new ModelView(
        model.getName(),
        address,
        new TreeMap<>(model.getAliases().getVersionsMap())
            .entrySet().stream().map(one -> new Alias(one.getKey(), one.getValue())).toList(),
        page.getVersionsList().stream().map(ModelView::version).toList(),
        history.stream().limit(MOST_CHANGES).map(ModelView::change).toList(),
        page.getNextPageToken().isEmpty()
            ? ""
            : address + "?" + QueryParams.of("page_token", page.getNextPageToken()).toQueryString(),
        allowed);
  }

  private static Version version(ModelVersion version) {
    return new Version(
        version.getVersion(),
        String.join(", ", version.getAliasesList()),
        version.getProvenance().getRunId(),
        version.getContentSha256());
  }

  private static Change change(AliasChange change) {
    String who =
        change.getRunId().isEmpty()
            ? change.getActor().isEmpty() ? "" : " by " + change.getActor()
            : " by run " + change.getRunId();
    String from = change.getFromVersion() == 0 ? "" : " from version " + change.getFromVersion();
    return new Change(
        Times.shown(change.getChangedAt()),
        Times.machine(change.getChangedAt()),
        change.getAlias()
            + ": "
            + EnumText.words(change.getKind())
            + from
            + " to version "
            + change.getToVersion()
            + who,
        change.getReason());
  }
}
