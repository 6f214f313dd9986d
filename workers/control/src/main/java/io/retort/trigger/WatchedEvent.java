package io.retort.trigger;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.DataSource;
import io.retort.v1.FoundFiles;
import io.retort.v1.TriggerConfig;
import io.retort.v1.WatchedDataSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * New files of a watched location, as an event.
 *
 * @param payload {@code uri} of the location, {@code count} and {@code bytes} of the new files, and
 *     {@code files}: the first 1,000 of them
 * @param appended training files of the run
 */
record WatchedEvent(Struct payload, List<DataSource> appended) {
  private static final String FILES = "files";

  /** Whose values parameters can take without a default. */
  private static final Set<String> FIELDS = Set.of("/uri", "/count", "/bytes");

  private static final String FIRST_FILE = "/" + FILES + "/0";

  WatchedEvent {
    appended = List.copyOf(appended);
  }

  static boolean has(String pointer) {
    return FIELDS.contains(pointer) || pointer.equals(FIRST_FILE);
  }

  static boolean appends(TriggerConfig config) {
    WatchedDataSource source = config.getWatchedData();
    return config.hasWatchedData() && (!source.hasAppendNewFiles() || source.getAppendNewFiles());
  }

  /** Why the files are too many for one run; empty if they are not. */
  static Optional<SpecViolation> excess(TriggerConfig config, FoundFiles found) {
    return appends(config) && found.getFiles() > NewFiles.MOST_NAMED
        ? Optional.of(
            new SpecViolation(
                "data.train",
                found.getFiles()
                    + " new files in "
                    + config.getWatchedData().getUri()
                    + " (expected: at most "
                    + NewFiles.MOST_NAMED
                    + " at once; fewer and larger files, or append_new_files: false and a template"
                    + " that names the location)"))
        : Optional.empty();
  }

  static WatchedEvent of(TriggerConfig config, FoundFiles found) {
    ListValue.Builder files = ListValue.newBuilder();
    found.getUrisList().forEach(uri -> files.addValues(text(uri)));
    Struct payload =
        Struct.newBuilder()
            .putFields("uri", text(config.getWatchedData().getUri()))
            .putFields(
                "count", Value.newBuilder().setNumberValue((double) found.getFiles()).build())
            .putFields(
                "bytes", Value.newBuilder().setNumberValue((double) found.getBytes()).build())
            .putFields(FILES, Value.newBuilder().setListValue(files).build())
            .build();
    return new WatchedEvent(payload, appends(config) ? sources(found.getUrisList()) : List.of());
  }

  /**
   * An event that a caller gives: the {@code files} of its payload are the new ones.
   *
   * @throws SpecException for files that are no list of at most 1,000 texts
   */
  static WatchedEvent of(TriggerConfig config, Struct payload) throws SpecException {
    if (!appends(config) || !payload.containsFields(FILES)) {
      return new WatchedEvent(payload, List.of());
    }
    List<Value> files = payload.getFieldsOrThrow(FILES).getListValue().getValuesList();
    boolean texts =
        files.stream().allMatch(file -> file.getKindCase() == Value.KindCase.STRING_VALUE);
    if (files.isEmpty() || files.size() > NewFiles.MOST_NAMED || !texts) {
      throw new SpecException(
          List.of(
              new SpecViolation(
                  "payload/" + FILES,
                  "(expected: a list of 1 to " + NewFiles.MOST_NAMED + " locations of files)")));
    }
    return new WatchedEvent(payload, sources(files.stream().map(Value::getStringValue).toList()));
  }

  private static List<DataSource> sources(List<String> uris) {
    return uris.stream().map(uri -> DataSource.newBuilder().setPath(uri).build()).toList();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
