package io.retort.cli;

import static java.util.Objects.requireNonNull;

import io.retort.spec.SpecException;
import io.retort.spec.SpecPaths;
import io.retort.spec.SpecReader;
import io.retort.spec.SpecViolation;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A spec on disk; its relative paths are resolved against its folder. */
final class SpecFile {
  static RunSpec read(Path file, List<String> overrides) throws IOException, SpecException {
    Path absolute = file.toAbsolutePath();
    return SpecPaths.resolve(
        SpecReader.read(text(absolute), overrides), requireNonNull(absolute.getParent()));
  }

  /**
   * @throws SpecException for a file that cannot be read, or is no text
   */
  static String text(Path file) throws IOException, SpecException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (CharacterCodingException e) {
      throw unreadable(file + ": is no text in UTF-8 (expected: YAML or JSON)");
    } catch (IOException e) {
      throw unreadable(file + ": " + e.getMessage() + " (expected: a file that can be read)");
    }
  }

  private static SpecException unreadable(String description) {
    return new SpecException(List.of(new SpecViolation("", description)));
  }

  private SpecFile() {}
}
