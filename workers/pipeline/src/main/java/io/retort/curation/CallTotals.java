package io.retort.curation;

import io.retort.rows.UsageSums;
import io.retort.v1.CurationRecord;
import io.retort.v1.Provenance;
import io.retort.v1.Usage;
import java.util.Set;
import java.util.TreeSet;

/** Usage, prompt versions and models of the judge calls of one sample. Thread-safe. */
final class CallTotals {
  private final Set<String> promptVersions = new TreeSet<>();
  private final Set<String> models = new TreeSet<>();
  private Usage usage = Usage.getDefaultInstance();

  /** Adds an answer. */
  synchronized void add(Provenance provenance) {
    add(provenance.getUsage());
    addName(promptVersions, provenance.getPromptVersion());
    addName(models, provenance.getModel());
  }

  /** Adds a call whose answer could not be used. */
  synchronized void add(Usage more) {
    usage = UsageSums.sum(usage, more);
  }

  /** Sets usage, prompt versions and models of a record. */
  synchronized CurationRecord.Builder writeTo(CurationRecord.Builder curated) {
    return curated.setUsage(usage).addAllPromptVersions(promptVersions).addAllModels(models);
  }

  private static void addName(Set<String> names, String name) {
    if (!name.isEmpty()) {
      names.add(name);
    }
  }
}
