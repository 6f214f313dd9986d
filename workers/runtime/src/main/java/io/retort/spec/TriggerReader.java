package io.retort.spec;

import io.retort.v1.LaunchTemplate;
import io.retort.v1.TriggerConfig;
import io.retort.v1.WatchedDataSource;
import java.nio.file.Path;

/**
 * Reads a trigger that a person wrote, in YAML or JSON, as {@link SpecReader} reads a spec. Times
 * are seconds such as {@code 300s}.
 */
public final class TriggerReader {
  /**
   * @param folder against which relative paths of its spec and of a watched location are resolved
   * @throws SpecException with every key and value that does not fit
   */
  public static TriggerConfig read(String text, Path folder) throws SpecException {
    SpecMapper mapper = new SpecMapper();
    TriggerConfig.Builder config = TriggerConfig.newBuilder();
    mapper.fill(config, SpecText.parse(text), "");
    SpecException.throwIfAny(mapper.violations());
    if (config.getLaunch().hasSpec()) {
      LaunchTemplate.Builder launch = config.getLaunchBuilder();
      launch.setSpec(SpecPaths.resolve(launch.getSpec(), folder));
    }
    if (config.hasWatchedData()) {
      WatchedDataSource.Builder watched = config.getWatchedDataBuilder();
      watched.setUri(SpecPaths.resolve(watched.getUri(), folder));
    }
    return config.build();
  }

  private TriggerReader() {}
}
