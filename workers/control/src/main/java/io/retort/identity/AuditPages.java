package io.retort.identity;

import io.retort.identity.AuditChains.Line;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Pages of the audit log, chain by chain. */
final class AuditPages {
  private final AuditChains chains;

  AuditPages(AuditChains chains) {
    this.chains = chains;
  }

  record Read(String chain, Line line) {}

  /**
   * @param nextToken empty at the end
   */
  record Page(List<Read> entries, String nextToken) {}

  /**
   * Whole objects after a token, at least {@code size} entries unless the log ends before.
   *
   * @param token empty for the beginning
   */
  Page after(String token, int size) throws IOException {
    List<Read> entries = new ArrayList<>();
    String last = token;
    int slash = token.indexOf('/');
    String first = slash < 0 ? "" : token.substring(0, slash);
    for (String chain : chains.chains()) {
      // Chains that the token is past are not listed again.
      if (chain.compareTo(first) < 0) {
        continue;
      }
      for (String object : chains.objects(chain)) {
        String position = chain + "/" + object;
        if (position.compareTo(token) <= 0) {
          continue;
        }
        if (entries.size() >= size) {
          return new Page(entries, last);
        }
        for (Line line : chains.lines(chain, object)) {
          entries.add(new Read(chain, line));
        }
        last = position;
      }
    }
    return new Page(entries, "");
  }
}
