package io.retort.identity;

import io.retort.store.CorruptArtifactException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.AuditAction;
import io.retort.v1.AuditEntry;
import io.retort.v1.AuditHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The audit log in the store: a folder for each chain, in it objects of lines, named by the
 * sequence number of their first line. Nothing is ever replaced.
 */
public final class AuditChains {
  /** Chains whose heads are looked up, the newest. */
  private static final int MOST_HEADS = 100;

  private static final String SUFFIX = ".jsonl";
  private static final int DIGITS = 12;

  private final Store store;
  private final String folder;

  public AuditChains(Store store, String storeUri) {
    this.store = store;
    this.folder = Store.resolve(storeUri, "access/audit");
  }

  /** A line of the log with its entry. */
  public record Line(String text, AuditEntry entry) {
    /** What the next entry has as {@code previous_sha256}. */
    public String sha256() {
      return TokenSecret.sha256(text);
    }
  }

  /** Names of the chains, oldest first. */
  public List<String> chains() throws IOException {
    return store.list(folder).stream()
        .filter(name -> name.matches("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"))
        .toList();
  }

  /** Names of a chain's objects in their order. */
  public List<String> objects(String chain) throws IOException {
    return store.list(Store.resolve(folder, chain)).stream()
        .filter(name -> name.matches("[0-9]{" + DIGITS + "}\\.jsonl"))
        .toList();
  }

  /**
   * @throws CorruptArtifactException for a line that is no entry
   */
  public List<Line> lines(String chain, String object) throws IOException {
    String uri = uri(chain, object);
    List<Line> lines = new ArrayList<>();
    try (InputStream input = store.read(uri)) {
      String text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        AuditEntry entry = (AuditEntry) ProtoJson.parse(line, AuditEntry.newBuilder(), uri);
        lines.add(new Line(line, entry));
      }
    }
    return lines;
  }

  /**
   * Writes the next object of a chain; does nothing if an earlier attempt has written the same.
   *
   * @throws IOException also if the object exists with other content
   */
  public void write(String chain, long firstSequence, List<String> lines) throws IOException {
    String digits = Long.toString(firstSequence);
    String object = "0".repeat(DIGITS - digits.length()) + digits + SUFFIX;
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    if (!store.writeIfAbsent(uri(chain, object), output -> output.write(bytes))) {
      List<String> present = lines(chain, object).stream().map(Line::text).toList();
      if (!present.equals(lines)) {
        throw new IOException(
            uri(chain, object) + ": exists with other entries (expected: one writer of a chain)");
      }
    }
  }

  /** The last entry of each of the newest chains. */
  public List<AuditHead> heads() throws IOException {
    List<String> chains = chains();
    List<AuditHead> heads = new ArrayList<>();
    for (String chain : chains.subList(Math.max(0, chains.size() - MOST_HEADS), chains.size())) {
      head(chain).ifPresent(heads::add);
    }
    return heads;
  }

  /** Empty also for a chain whose last object is no longer readable, which the verifier reports. */
  private Optional<AuditHead> head(String chain) throws IOException {
    List<String> objects = objects(chain);
    if (objects.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<Line> lines = lines(chain, objects.get(objects.size() - 1));
      Line last = lines.get(lines.size() - 1);
      return Optional.of(
          AuditHead.newBuilder()
              .setChain(chain)
              .setSequence(last.entry().getSequence())
              .setSha256(last.sha256())
              .build());
    } catch (CorruptArtifactException e) {
      return Optional.empty();
    }
  }

  /** Whether the chain's process ended it by itself. */
  static boolean isStop(AuditEntry entry) {
    return entry.getAction() == AuditAction.AUDIT_ACTION_STOPPED;
  }

  private String uri(String chain, String object) {
    return Store.resolve(folder, chain + "/" + object);
  }
}
