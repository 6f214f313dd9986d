package io.retort.ingest;

import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.student.StudentChecker;
import io.retort.student.StudentChecker.UncheckedStudentException;
import io.retort.student.StudentFolder;
import io.retort.v1.DataSource;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that a run's student, template and data fit together, from the student's small files and
 * the first rows of each source.
 *
 * <p>Curation may shorten chains and exclude rows, so chains that are too long cause only a warning
 * here. Problems that no data could fix are failures.
 */
final class StudentCheck {
  private static final Logger LOGGER = LoggerFactory.getLogger(StudentCheck.class);
  private static final int ROWS_OF_A_SOURCE = 64;
  private static final int MOST_ROWS = 512;
  private static final int MOST_CHARACTERS = 4_000_000;
  private static final int SIGN_EVERY_SECONDS = 5;
  private static final int SHOWN_CHARACTERS = 500;

  private final StudentChecker checker;
  private final DataFiles files;

  StudentCheck(StudentChecker checker, DataFiles files) {
    this.checker = checker;
    this.files = files;
  }

  /**
   * Warnings for the user, before any paid work.
   *
   * @param folder URI of the student's folder
   * @throws ApplicationFailure USER/SYSTEM_TURN_REFUSED, USER/CHAT_TEMPLATE_UNUSABLE,
   *     USER/MODEL_INCOMPLETE, USER/MODEL_UNREADABLE, USER/MAX_LENGTH_TOO_LARGE,
   *     USER/MAX_LENGTH_TOO_SMALL, USER/CONTEXT_TOO_SMALL
   */
  List<String> warnings(InspectStudentRequest request, String folder) throws IOException {
    Optional<Path> local = Locations.path(folder);
    if (local.isPresent()) {
      return warnings(request, local.get());
    }
    Path copy = Files.createTempDirectory("retort-student-");
    try {
      fetch(Store.open(folder), folder, copy);
      return warnings(request, copy);
    } finally {
      delete(copy);
    }
  }

  private List<String> warnings(InspectStudentRequest request, Path folder) throws IOException {
    int most = request.getTemplate().getMaxLength();
    List<Integer> tokens;
    try {
      tokens =
          await(
              checker.tokens(
                  folder, request.getTemplate(), request.getMaxNewTokens(), rows(request)));
    } catch (UncheckedStudentException e) {
      return List.of("student.model: not checked before training: " + shown(e.getMessage()));
    }
    long longer = tokens.stream().filter(count -> count > most).count();
    double ratio = request.getMaxTruncatedRatio();
    if (tokens.isEmpty() || longer <= ratio * tokens.size()) {
      return List.of();
    }
    return List.of(
        String.format(
            Locale.ROOT,
            "student.max_length: %d of the first %d rows are longer than %d tokens as they come"
                + " (longest: %d), and sft.max_truncated_ratio is %s: unless curation shortens them"
                + " or leaves them out, sft fails with TOO_MANY_TRUNCATED (raise student.max_length,"
                + " or set data.filters.max_chain_characters)",
            longer,
            tokens.size(),
            most,
            tokens.stream().mapToInt(Integer::intValue).max().orElse(0),
            ratio));
  }

  /** Formats text from a model's files on one line with a limited length. */
  private static String shown(@Nullable String text) {
    String line = String.valueOf(text).replaceAll("\\p{Cntrl}", " ");
    return line.length() > SHOWN_CHARACTERS ? line.substring(0, SHOWN_CHARACTERS) + "..." : line;
  }

  private List<Integer> await(CompletableFuture<List<Integer>> asked) throws IOException {
    while (true) {
      try {
        return asked.get(SIGN_EVERY_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        files.alive();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IOException("the student is not checked: " + e.getCause(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the student is checked", e);
      }
    }
  }

  private List<Sample> rows(InspectStudentRequest request) {
    First first = new First();
    for (DataSource source : request.getSourcesList()) {
      first.next();
      try {
        new SampleReader(files, List.of(source), List.of()).read(first);
      } catch (EnoughException e) {
        LOGGER.debug("{}: {} rows checked so far", source.getPath(), first.samples.size());
      } catch (IOException | ApplicationFailure e) {
        // Ingest reads the data again and reports unreadable data.
        LOGGER.warn("{}: not checked with the student: {}", source.getPath(), e.getMessage());
      }
    }
    return first.samples;
  }

  /** Ends the reading of a source. */
  private static final class EnoughException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final class First implements SampleReader.Visitor {
    private final List<Sample> samples = new ArrayList<>();
    private int rows;
    private long characters;

    void next() {
      rows = 0;
    }

    @Override
    public void accept(Sample sample) throws IOException {
      long more = (long) sample.getProblem().length() + sample.getChain().length();
      if (samples.size() == MOST_ROWS || characters + more > MOST_CHARACTERS) {
        throw new EnoughException();
      }
      characters += more;
      samples.add(sample);
      count();
    }

    @Override
    public void refuse(String place, QuarantinedRow row) throws IOException {
      count();
    }

    private void count() throws EnoughException {
      rows++;
      if (rows == ROWS_OF_A_SOURCE) {
        throw new EnoughException();
      }
    }
  }

  private void fetch(Store store, String folder, Path target) throws IOException {
    for (String name : store.list(folder)) {
      if (StudentFolder.isSmall(name)) {
        files.alive();
        try (InputStream input = store.read(Store.resolve(folder, name))) {
          Files.copy(input, target.resolve(name));
        }
      } else if (name.endsWith(".safetensors")) {
        // Only their presence matters.
        Files.createFile(target.resolve(name));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
