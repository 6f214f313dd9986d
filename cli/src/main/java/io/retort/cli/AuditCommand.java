package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.identity.AuditChains;
import io.retort.identity.AuditVerifier;
import io.retort.output.OutputOptions;
import io.retort.v1.AuditEntry;
import io.retort.v1.AuditRecord;
import io.retort.v1.ListAuditEntriesRequest;
import io.retort.v1.ListAuditEntriesResponse;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code retort audit}. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Read and check the audit log.")
public final class AuditCommand {
  private static final int PROBLEMS = 1;

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      description = "List calls that changed something, and calls that were refused, by chain.")
  int list(@Mixin OutputOptions output) {
    PrintWriter out = spec.commandLine().getOut();
    try (ControlClient client = ControlClient.open(System.getenv())) {
      ListAuditEntriesRequest.Builder request = ListAuditEntriesRequest.newBuilder();
      do {
        ListAuditEntriesResponse page = client.access().listAuditEntries(request.build());
        for (AuditRecord record : page.getRecordsList()) {
          if (output.isTable()) {
            out.println(line(record.getEntry()));
          } else {
            output.printNext(out, record);
          }
        }
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty());
      return 0;
    }
  }

  @Command(
      name = "verify",
      description = {
        "Check in the store that no entry was changed or removed. Exits with 1 otherwise.",
        "Prints the last entry of each chain. Save it elsewhere to detect later whether entries were"
            + " removed from the end."
      })
  int verify(@Mixin AccessStore store) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    String uri = store.uri(System.getenv());
    AuditVerifier.Result result =
        new AuditVerifier(new AuditChains(AccessStore.open(uri), uri)).verify();
    for (AuditVerifier.Chain chain : result.chains()) {
      out.println(
          chain.head().getChain()
              + "  "
              + chain.head().getSequence()
              + " entries  "
              + chain.head().getSha256()
              + (chain.stopped() ? "" : "  not ended: its process runs, or was killed"));
    }
    result.problems().forEach(problem -> out.println("WRONG: " + problem));
    out.println(
        result.problems().isEmpty() ? "The audit log is whole." : "The audit log was changed.");
    return result.problems().isEmpty() ? 0 : PROBLEMS;
  }

  private static String line(AuditEntry entry) {
    String about =
        (entry.getObject().isEmpty() ? "" : "  " + entry.getObject())
            + (entry.getTeamsCount() == 0 ? "" : "  of " + String.join(", ", entry.getTeamsList()));
    return switch (entry.getAction()) {
      case AUDIT_ACTION_STARTED -> Timestamps.toString(entry.getAt()) + "  control plane started";
      case AUDIT_ACTION_STOPPED -> Timestamps.toString(entry.getAt()) + "  control plane stopped";
      case AUDIT_ACTION_CALL, AUDIT_ACTION_UNSPECIFIED, UNRECOGNIZED ->
          Timestamps.toString(entry.getAt())
              + "  "
              + (entry.getCaller().isEmpty() ? "(unknown)" : entry.getCaller())
              + "  "
              + entry.getMethod()
              + about
              + "  "
              + entry.getOutcome()
              + (entry.getCount() > 1 ? "  " + entry.getCount() + " times" : "");
    };
  }
}
