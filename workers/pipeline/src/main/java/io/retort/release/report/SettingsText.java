package io.retort.release.report;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/** A spec as the YAML that {@code retort run} takes. */
final class SettingsText {
  static String yaml(RunSpec spec) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(100);
    options.setSplitLines(false);
    Yaml yaml =
        new Yaml(new SafeConstructor(new LoaderOptions()), new Representer(options), options);
    try {
      // JSON is YAML, and the field names are those that people write.
      Object tree = yaml.load(JsonFormat.printer().preservingProtoFieldNames().print(spec));
      return yaml.dump(tree);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(new IOException("spec of " + spec.getName(), e));
    }
  }

  private SettingsText() {}
}
