package io.retort.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The control plane that {@code retort login} keeps, in {@code ~/.config/retort/login.json}, which
 * its owner alone can read.
 *
 * @param address as in {@code RETORT_CONTROL_ADDRESS}
 * @param token the secret of an API token
 * @param caFile certificates that are trusted for the address; empty: those of Java
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record SavedLogin(String address, String token, String caFile) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<PosixFilePermission> OWNER_ALONE =
      PosixFilePermissions.fromString("rw-------");

  static Path file(Map<String, String> environment) {
    String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
    return (folder.isBlank()
            ? Path.of(System.getProperty("user.home"), ".config")
            : Path.of(folder))
        .resolve("retort/login.json");
  }

  /**
   * Empty without a login.
   *
   * @throws CommandException if the file is not usable, or others can read it
   */
  static Optional<SavedLogin> read(Map<String, String> environment) {
    Path file = file(environment);
    try {
      if (Files.exists(file) && isOpenToOthers(file)) {
        throw new CommandException(
            file + ": others can read it (expected: mode 600; chmod 600 it, or log in again)");
      }
      return Optional.of(JSON.readValue(Files.readAllBytes(file), SavedLogin.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      // Without the parser's message, which may quote the token.
      throw new CommandException(file + ": is damaged (log in again with: retort login)");
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /** Replaces the login; returns its file. */
  Path write(Map<String, String> environment) throws IOException {
    Path file = file(environment);
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    boolean posix = Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null;
    Path temporary =
        posix
            ? Files.createTempFile(
                folder, "login", ".json", PosixFilePermissions.asFileAttribute(OWNER_ALONE))
            : Files.createTempFile(folder, "login", ".json");
    Files.write(temporary, JSON.writeValueAsBytes(this));
    return Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "login at " + address;
  }

  private static boolean isOpenToOthers(Path file) throws IOException {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class) != null
        && !OWNER_ALONE.containsAll(Files.getPosixFilePermissions(file));
  }
}
