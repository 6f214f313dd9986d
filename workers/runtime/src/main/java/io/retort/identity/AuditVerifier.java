package io.retort.identity;

import io.retort.identity.AuditChains.Line;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.AuditEntry;
import io.retort.v1.AuditHead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that the audit log is as it was written: every entry has the hash of the one before, no
 * number is missing, and each chain still has the entries that later chains saw at their start.
 */
public final class AuditVerifier {
  private final AuditChains chains;

  public AuditVerifier(AuditChains chains) {
    this.chains = chains;
  }

  /**
   * A chain that was read to its end, or to the first entry that is wrong.
   *
   * @param head its last entry; keep it elsewhere to find out later whether the end was cut off
   * @param stopped whether its process ended it; otherwise it runs, or was killed within a second
   *     after the last entry
   */
  public record Chain(AuditHead head, boolean stopped) {}

  /**
   * @param problems what was changed or removed; empty for a log that is whole
   */
  public record Result(List<Chain> chains, List<String> problems) {}

  public Result verify() throws IOException {
    List<Chain> read = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Map<String, List<AuditHead>> seen = new HashMap<>();
    List<String> names = chains.chains();
    for (String chain : names) {
      for (Line line : startsOf(chain, problems)) {
        for (AuditHead head : line.entry().getHeadsList()) {
          seen.computeIfAbsent(head.getChain(), unused -> new ArrayList<>()).add(head);
        }
      }
    }
    for (String chain : names) {
      read.add(verify(chain, seen.getOrDefault(chain, List.of()), problems));
    }
    for (String chain : seen.keySet().stream().sorted().toList()) {
      if (!names.contains(chain)) {
        problems.add("chain " + chain + ": is missing (a later chain has seen it)");
      }
    }
    return new Result(read, problems);
  }

  private List<Line> startsOf(String chain, List<String> problems) throws IOException {
    List<String> objects = chains.objects(chain);
    if (objects.isEmpty()) {
      problems.add("chain " + chain + ": has no entries");
      return List.of();
    }
    try {
      return chains.lines(chain, objects.get(0));
    } catch (CorruptArtifactException e) {
      // Reported when the chain itself is read.
      return List.of();
    }
  }

  private Chain verify(String chain, List<AuditHead> seen, List<String> problems)
      throws IOException {
    AuditHead.Builder head = AuditHead.newBuilder().setChain(chain);
    boolean stopped = false;
    Map<Long, String> expected = new HashMap<>();
    for (AuditHead one : seen) {
      String other = expected.put(one.getSequence(), one.getSha256());
      if (other != null && !other.equals(one.getSha256())) {
        problems.add(
            "chain " + chain + ": later chains saw different entries " + one.getSequence());
      }
    }
    for (String object : chains.objects(chain)) {
      List<Line> lines;
      try {
        lines = chains.lines(chain, object);
      } catch (CorruptArtifactException e) {
        problems.add("chain " + chain + ": " + e.getMessage());
        return new Chain(head.build(), stopped);
      }
      for (Line line : lines) {
        AuditEntry entry = line.entry();
        String problem = problem(entry, head);
        if (!problem.isEmpty()) {
          problems.add("chain " + chain + ": " + problem);
          return new Chain(head.build(), stopped);
        }
        String sha256 = line.sha256();
        head.setSequence(entry.getSequence()).setSha256(sha256);
        stopped = AuditChains.isStop(entry);
        String known = expected.remove(entry.getSequence());
        if (known != null && !known.equals(sha256)) {
          problems.add(
              "chain "
                  + chain
                  + ": entry "
                  + entry.getSequence()
                  + " is not the one that a later chain has seen");
        }
      }
    }
    for (long missing : expected.keySet().stream().sorted().toList()) {
      problems.add(
          "chain " + chain + ": entry " + missing + " is missing (a later chain has seen it)");
    }
    return new Chain(head.build(), stopped);
  }

  private static String problem(AuditEntry entry, AuditHead.Builder before) {
    long expected = before.getSequence() + 1;
    if (entry.getSequence() != expected) {
      return "entry " + entry.getSequence() + " (expected: entry " + expected + ")";
    }
    if (!entry.getPreviousSha256().equals(before.getSha256())) {
      return "entry "
          + entry.getSequence()
          + ": previous_sha256 "
          + entry.getPreviousSha256()
          + " (expected: "
          + before.getSha256()
          + "; the entry before it was changed)";
    }
    return "";
  }
}
