package io.retort.logs;

import com.google.protobuf.ByteString;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.v1.RunLog;
import io.retort.v1.Stage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The logs that workers and trainers keep below {@code runs/RUN/logs}: {@code events.log}, and for
 * each trainer job a folder with one for each attempt, named by its fencing token. An attempt's log
 * is pieces of {@link #PIECE_BYTES} bytes, of which the last may be shorter; where it has several
 * ranks, its folder has one for each, {@code rank-0} and so on, with pieces of their own.
 */
public final class RunLogFiles {
  /** Of every piece but the last; the trainer's {@code attempt_log} has the same. */
  public static final int PIECE_BYTES = 1 << 20;

  /** Name of the events of a run in lists. */
  public static final String EVENTS = "run";

  private static final Pattern PIECE = Pattern.compile("\\d{6}\\.log");
  private static final Pattern TOKEN = Pattern.compile("\\d{1,18}");
  private static final Pattern RANK = Pattern.compile("rank-(\\d{1,6})");
  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,150}");
  private static final String COMPLETE = "complete";

  private final Store store;
  private final String storeUri;

  public RunLogFiles(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** The events first, then the attempts of each job, oldest first, each before its ranks. */
  public List<RunLog> list(String runId) throws IOException {
    List<RunLog> logs = new ArrayList<>();
    logs.add(ofEvents(runId));
    for (String job : store.list(logs(runId))) {
      List<String> tokens = tokens(runId, job);
      for (int index = 0; index < tokens.size(); index++) {
        String folder = folder(runId, job, tokens.get(index));
        List<String> names = store.list(folder);
        RunLog attempt = ofAttempt(job, tokens, index, folder, names);
        logs.add(attempt);
        for (int rank : ranks(names)) {
          logs.add(ofRank(attempt, folder, rank));
        }
      }
    }
    return logs;
  }

  /**
   * One of them, without a look at the others: for those who ask again and again. Empty for a name
   * that no log of the run has.
   */
  public Optional<RunLog> describe(String runId, String name) throws IOException {
    if (isEvents(name)) {
      return Optional.of(ofEvents(runId));
    }
    Optional<AttemptFile> file = attempt(runId, name);
    return file.isPresent() ? Optional.of(file.get().describe()) : Optional.empty();
  }

  private RunLog ofEvents(String runId) throws IOException {
    return RunLog.newBuilder()
        .setName(EVENTS)
        .setBytes(sizeOrZero(new RunLayout(storeUri, runId).events()))
        .build();
  }

  private RunLog ofAttempt(
      String job, List<String> tokens, int index, String folder, List<String> names)
      throws IOException {
    return RunLog.newBuilder()
        .setName(job + "/" + (index + 1))
        .setStage(stage(job))
        .setJob(job)
        .setAttempt(index + 1)
        .setBytes(bytes(folder, names))
        .setComplete(index + 1 < tokens.size() || names.contains(COMPLETE))
        .build();
  }

  /** A rank that was killed with its attempt has not marked its end. */
  private RunLog ofRank(RunLog attempt, String folder, int rank) throws IOException {
    String own = Store.resolve(folder, "rank-" + rank);
    List<String> names = store.list(own);
    return attempt.toBuilder()
        .setName(attempt.getName() + "/rank-" + rank)
        .setRank(rank)
        .setBytes(bytes(own, names))
        .setComplete(attempt.getComplete() || names.contains(COMPLETE))
        .build();
  }

  private static List<Integer> ranks(List<String> names) {
    return names.stream()
        .map(RANK::matcher)
        .filter(Matcher::matches)
        .map(rank -> Integer.parseInt(rank.group(1)))
        .sorted()
        .toList();
  }

  /** Empty for a name that no log of the run has. */
  public Optional<RunLogFile> find(String runId, String name) throws IOException {
    if (isEvents(name)) {
      return Optional.of(new EventsFile(new RunLayout(storeUri, runId).events()));
    }
    return attempt(runId, name).map(file -> file);
  }

  private static boolean isEvents(String name) {
    return name.isEmpty() || name.equals(EVENTS);
  }

  private Optional<AttemptFile> attempt(String runId, String name) throws IOException {
    int slash = name.indexOf('/');
    if (slash < 0 || !JOB.matcher(name.substring(0, slash)).matches()) {
      return Optional.empty();
    }
    String job = name.substring(0, slash);
    List<String> tokens = tokens(runId, job);
    for (int index = 0; index < tokens.size(); index++) {
      String attempt = job + "/" + (index + 1);
      if (name.equals(attempt)) {
        return Optional.of(new AttemptFile(runId, job, tokens, index, ""));
      }
      if (name.startsWith(attempt + "/")) {
        String rank = name.substring(attempt.length() + 1);
        boolean exists =
            RANK.matcher(rank).matches()
                && store.list(folder(runId, job, tokens.get(index))).contains(rank);
        return exists
            ? Optional.of(new AttemptFile(runId, job, tokens, index, rank))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** One log. */
  public interface RunLogFile {
    /**
     * The bytes from an offset on, at most this many; empty at the end, as far as it is written.
     */
    ByteString read(long offset, int most) throws IOException;

    /** Whether nothing more comes, as far as the store says. */
    boolean isComplete() throws IOException;
  }

  private final class EventsFile implements RunLogFile {
    private final String uri;

    EventsFile(String uri) {
      this.uri = uri;
    }

    @Override
    public ByteString read(long offset, int most) throws IOException {
      return part(uri, offset, most);
    }

    @Override
    public boolean isComplete() {
      // It ends with the run, which the store does not know.
      return false;
    }
  }

  private final class AttemptFile implements RunLogFile {
    private final String runId;
    private final String job;
    private final List<String> tokens;
    private final int index;
    private final String rank;

    /**
     * @param tokens of the job's attempts
     * @param index of this one
     * @param rank folder of the rank; empty for the log of the attempt
     */
    AttemptFile(String runId, String job, List<String> tokens, int index, String rank) {
      this.runId = runId;
      this.job = job;
      this.tokens = tokens;
      this.index = index;
      this.rank = rank;
    }

    RunLog describe() throws IOException {
      String folder = attemptFolder();
      RunLog attempt = ofAttempt(job, tokens, index, folder, store.list(folder));
      Matcher number = RANK.matcher(rank);
      return number.matches()
          ? ofRank(attempt, folder, Integer.parseInt(number.group(1)))
          : attempt;
    }

    @Override
    public ByteString read(long offset, int most) throws IOException {
      long piece = offset / PIECE_BYTES;
      String name = String.format(Locale.ROOT, "%06d.log", piece);
      return part(
          Store.resolve(folder(), name),
          offset % PIECE_BYTES,
          (int) Math.min(most, PIECE_BYTES - offset % PIECE_BYTES));
    }

    @Override
    public boolean isComplete() throws IOException {
      List<String> now = tokens(runId, job);
      return !now.get(now.size() - 1).equals(tokens.get(index))
          || isMarkedComplete(attemptFolder())
          || isMarkedComplete(folder());
    }

    private String folder() {
      return rank.isEmpty() ? attemptFolder() : Store.resolve(attemptFolder(), rank);
    }

    private String attemptFolder() {
      return RunLogFiles.this.folder(runId, job, tokens.get(index));
    }
  }

  private ByteString part(String uri, long offset, int most) throws IOException {
    try {
      return ByteString.copyFrom(store.read(uri, offset, most));
    } catch (NoSuchFileException e) {
      return ByteString.EMPTY;
    }
  }

  private long bytes(String folder, List<String> names) throws IOException {
    List<String> pieces = names.stream().filter(name -> PIECE.matcher(name).matches()).toList();
    return pieces.isEmpty()
        ? 0
        : (pieces.size() - 1L) * PIECE_BYTES
            + sizeOrZero(Store.resolve(folder, pieces.get(pieces.size() - 1)));
  }

  private long sizeOrZero(String uri) throws IOException {
    try {
      return store.size(uri);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private boolean isMarkedComplete(String folder) throws IOException {
    return store.exists(Store.resolve(folder, COMPLETE));
  }

  /** In the order of their attempts. */
  private List<String> tokens(String runId, String job) throws IOException {
    return store.list(new RunLayout(storeUri, runId).logs(job)).stream()
        .filter(name -> TOKEN.matcher(name).matches())
        .sorted(Comparator.comparingLong(Long::parseLong))
        .toList();
  }

  private String folder(String runId, String job, String token) {
    return Store.resolve(new RunLayout(storeUri, runId).logs(job), token);
  }

  private String logs(String runId) {
    return new RunLayout(storeUri, runId).logs();
  }

  private static Stage stage(String job) {
    if (job.equals("sft")) {
      return Stage.STAGE_SFT;
    }
    if (job.equals("cogpo")) {
      return Stage.STAGE_COGPO;
    }
    return job.startsWith("generate-") ? Stage.STAGE_EVALUATE : Stage.STAGE_RELEASE;
  }
}
