package io.retort.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Version of this program and of its Java. */
final class RetortVersion implements IVersionProvider {
  /** As the jar says; {@code development} where there is none. */
  static String number() {
    return Optional.ofNullable(Retort.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"retort " + number() + ", Java " + Runtime.version()};
  }
}
