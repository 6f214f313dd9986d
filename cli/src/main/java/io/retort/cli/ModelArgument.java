package io.retort.cli;

import io.retort.registry.ModelReference;
import io.retort.registry.RegistryLocation;
import io.retort.v1.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A model on the command line: a folder, {@code hf://OWNER/NAME[@REVISION]}, or a version of the
 * registry as {@code NAME:vN}, {@code NAME:ALIAS} or {@code NAME@sha256:HEX}; each also as {@code
 * LABEL=MODEL}.
 */
final class ModelArgument {
  private static final Pattern LABELLED =
      Pattern.compile("([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)=(.+)");
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*|registry:.*");

  /**
   * @throws TypeConversionException for a text that names no model
   */
  static ModelSpec parse(String argument) {
    Matcher labelled = LABELLED.matcher(argument);
    if (labelled.matches()) {
      return ModelSpec.newBuilder()
          .setName(labelled.group(1))
          .setModel(location(labelled.group(2)))
          .build();
    }
    return ModelSpec.newBuilder().setModel(location(argument)).build();
  }

  private static String location(String text) {
    if (URI.matcher(text).matches()) {
      return text;
    }
    Path path = Path.of(text).toAbsolutePath().normalize();
    if (Path.of(text).isAbsolute() || Files.isDirectory(path)) {
      return path.toString();
    }
    if (ModelReference.parse(text).isPresent()) {
      return RegistryLocation.of(text);
    }
    throw new TypeConversionException(
        "'"
            + text
            + "' (expected: a folder that is there, hf://OWNER/NAME[@REVISION], or NAME:vN,"
            + " NAME:ALIAS or NAME@sha256:HEX of the registry)");
  }

  private ModelArgument() {}
}
