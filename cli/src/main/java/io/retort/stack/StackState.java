package io.retort.stack;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of the stack, which the supervisor records in {@code stack.json} of its home and
 * replaces as a whole at every change.
 *
 * @param failure why the stack could not start; empty while it has not failed
 * @param rayFolder folder outside the home that {@code down} deletes; empty when Ray is not
 *     embedded
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StackState(
    Phase phase,
    String failure,
    RecordedProcess supervisor,
    List<RecordedProcess> processes,
    String controlAddress,
    String temporalAddress,
    String temporalUi,
    List<String> metrics,
    String store,
    String rayFolder) {
  public StackState {
    processes = List.copyOf(processes);
    metrics = List.copyOf(metrics);
  }

  /** STARTING -> UP | FAILED; UP -> STOPPED. A stopped stack has no state file. */
  public enum Phase {
    STARTING,
    UP,
    FAILED
  }

  /**
   * A process of the stack.
   *
   * @param pid 0 while it does not run
   * @param start distinguishes it from a later process with the same id
   * @param starts number of times the supervisor has started it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RecordedProcess(String name, long pid, ProcessStart start, int starts) {
    public RecordedProcess {
      // Absent in files of older versions.
      start = Objects.requireNonNullElse(start, ProcessStart.UNKNOWN);
    }

    static RecordedProcess of(String name, ProcessHandle handle, int starts) {
      return new RecordedProcess(name, handle.pid(), ProcessStart.of(handle), starts);
    }

    /** A process that is not running. */
    static RecordedProcess down(String name, int starts) {
      return new RecordedProcess(name, 0, ProcessStart.UNKNOWN, starts);
    }

    /** The process if it is still running. */
    public Optional<ProcessHandle> handle() {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(handle -> start.isSame(ProcessStart.of(handle)));
    }
  }

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * @throws StackException if the file exists but cannot be read
   */
  public static Optional<StackState> read(Path home) {
    Path file = file(home);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), StackState.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new StackException(
          file + ": cannot be read: " + e.getMessage() + " (expected: what `up` wrote)", e);
    }
  }

  /** The state of a stack whose supervisor is running. */
  public static Optional<StackState> running(Path home) {
    return read(home).filter(state -> state.supervisor().handle().isPresent());
  }

  void write(Path home) throws IOException {
    Path temporary = home.resolve("stack.json.writing");
    JSON.writeValue(temporary.toFile(), this);
    Files.move(
        temporary, file(home), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void delete(Path home) throws IOException {
    Files.deleteIfExists(file(home));
  }

  private static Path file(Path home) {
    return home.resolve("stack.json");
  }
}
