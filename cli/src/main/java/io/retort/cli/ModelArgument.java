package io.retort.cli;

import io.retort.registry.ModelReference;
import io.retort.registry.RegistryLocation;
import io.retort.v1.EndpointSpec;
import io.retort.v1.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A model on the command line: a folder, {@code hf://OWNER/NAME[@REVISION]}, a version of the
 * registry as {@code NAME:vN}, {@code NAME:ALIAS} or {@code NAME@sha256:HEX}, or one that a server
 * serves as {@code http://HOST:PORT/v1#MODEL}; each also as {@code LABEL=MODEL}.
 */
final class ModelArgument {
  private static final Pattern LABELLED =
      Pattern.compile("([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)=(.+)");
  private static final Pattern ENDPOINT = Pattern.compile("(https?://[^#]+)#(.+)");
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*|registry:.*");

  /**
   * @throws TypeConversionException for a text that names no model
   */
  static ModelSpec parse(String argument) {
    Matcher labelled = LABELLED.matcher(argument);
    if (labelled.matches()) {
      return model(labelled.group(2)).setName(labelled.group(1)).build();
    }
    return model(argument).build();
  }

  private static ModelSpec.Builder model(String text) {
    Matcher endpoint = ENDPOINT.matcher(text);
    return endpoint.matches()
        ? ModelSpec.newBuilder()
            .setEndpoint(
                EndpointSpec.newBuilder().setBaseUrl(endpoint.group(1)).setModel(endpoint.group(2)))
        : ModelSpec.newBuilder().setModel(location(text));
  }

  private static String location(String text) {
    if (URI.matcher(text).matches() && !text.matches("https?:.*")) {
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
            + "' (expected: a folder that is there, hf://OWNER/NAME[@REVISION], NAME:vN, NAME:ALIAS"
            + " or NAME@sha256:HEX of the registry, or http://HOST:PORT/v1#MODEL)");
  }

  private ModelArgument() {}
}
