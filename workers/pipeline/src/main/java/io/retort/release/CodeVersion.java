package io.retort.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of Retort, from its build. */
final class CodeVersion {
  private static final String RESOURCE = "/io/retort/release/version.properties";
  private static final String VERSION = read();

  static String get() {
    return VERSION;
  }

  private static String read() {
    try (InputStream input = CodeVersion.class.getResourceAsStream(RESOURCE)) {
      if (input == null) {
        throw new IllegalStateException(RESOURCE + ": missing (expected: on the class path)");
      }
      Properties properties = new Properties();
      properties.load(input);
      return properties.getProperty("version", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CodeVersion() {}
}
