package io.retort.export;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.store.Hashes;
import io.retort.store.ProtoJson;
import io.retort.v1.BetaSpec;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.PairingSummary;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The README.md of an exported data set: front matter that data set hubs read, counts and
 * provenance. Text from the run is quoted, so that it never acts as markup.
 */
final class DatasetCard {
  private static final List<String> SIZES =
      List.of("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M");

  private final Run run;
  private final long samples;
  private final long pairs;
  private final Collection<String> models;
  private final Collection<String> promptVersions;
  private final StringBuilder text = new StringBuilder();

  private DatasetCard(
      Run run,
      long samples,
      long pairs,
      Collection<String> models,
      Collection<String> promptVersions) {
    this.run = run;
    this.samples = samples;
    this.pairs = pairs;
    this.models = models;
    this.promptVersions = promptVersions;
  }

  /**
   * @param models that judged or wrote, and {@code promptVersions} of their prompts
   */
  static String render(
      Run run,
      long samples,
      long pairs,
      Collection<String> models,
      Collection<String> promptVersions) {
    DatasetCard card = new DatasetCard(run, samples, pairs, models, promptVersions);
    card.frontMatter();
    card.introduction();
    card.curation(run.getSummary().getCuration());
    if (pairs > 0) {
      card.pairing(run.getSummary().getPairing());
    }
    card.files();
    card.provenance();
    return card.text.toString();
  }

  private void frontMatter() {
    line("---");
    line("pretty_name: \"" + inline(run.getSpec().getName()) + "\"");
    line("license: unknown");
    line("task_categories:");
    line("- text-generation");
    line("tags:");
    line("- reasoning");
    line("- chain-of-thought");
    if (pairs > 0) {
      line("- preference");
    }
    line("- retort");
    line("size_categories:");
    line("- " + size(samples));
    line("configs:");
    line("- config_name: sft");
    line("  default: true");
    line("  data_files:");
    line("  - split: train");
    line("    path: data/sft-*.parquet");
    if (pairs > 0) {
      line("- config_name: pairs");
      line("  data_files:");
      line("  - split: train");
      line("    path: data/pairs-*.parquet");
    }
    line("---");
    line("");
  }

  private void introduction() {
    line("# " + inline(run.getSpec().getName()));
    line("");
    line(
        "Chains of thought for a student of "
            + inline(run.getSpec().getStudent().getSize())
            + " parameters: evaluated, improved and validated by Retort, so that what is kept is"
            + " of medium difficulty for it.");
    if (pairs > 0) {
      line(
          "The pairs prefer such a chain to one that is less suitable or wrong; `beta` grows with"
              + " the gap between the two (CogPO).");
    }
    line("");
    line(
        "The licence is that of the source data and of the judge's answers: set it before you"
            + " publish.");
    line("");
    line("```python");
    line("from datasets import load_dataset");
    line("");
    line("sft = load_dataset(\"this folder\", \"sft\", split=\"train\")");
    if (pairs > 0) {
      line("pairs = load_dataset(\"this folder\", \"pairs\", split=\"train\")");
    }
    line("```");
  }

  private void curation(CurationSummary curation) {
    heading("Curation", "rows");
    count("read", curation.getRows());
    count("kept as it came (RETAINED)", curation.getRetained());
    count("kept after a rewrite (IMPROVED)", curation.getImproved());
    count("rejected", curation.getRejected());
    count("quarantined", curation.getQuarantined());
    counts("Rejected and quarantined by reason", curation.getReasonsList());
    counts("Difficulty before", curation.getDifficultyBeforeList());
    counts("Difficulty after", curation.getDifficultyAfterList());
    counts("Reasoning verbosity", curation.getVerbosityList());
    counts("Cognitive difficulty", curation.getCognitiveDifficultyList());
  }

  private void pairing(PairingSummary pairing) {
    counts("Pairs by gap", pairing.getGapsList());
    counts("Pairs by kind of corruption", pairing.getKindsList());
    counts("Refused candidates by reason", pairing.getRejectionsList());
  }

  private void files() {
    line("");
    line("## Files");
    line("");
    line("| file | rows | what |");
    line("|---|---|---|");
    file("data/sft-*.parquet", samples, "`messages`, and the sample with its ratings");
    if (pairs > 0) {
      file(
          "data/pairs-*.parquet",
          pairs,
          "`prompt`, `chosen`, `rejected` and `beta` for TRL, and where the pair comes from");
    }
    file(
        "chat/sft/part-*.jsonl", samples, "`messages`; named in `llama-factory/dataset_info.json`");
    if (pairs > 0) {
      file("llama-factory/pairs/part-*.jsonl", pairs, "the same pairs, without beta");
    }
    if (pairs > 0) {
      file(
          "ms-swift/pairs/part-*.jsonl", pairs, "`messages` and `rejected_response`, without beta");
    }
    if (pairs > 0) {
      line("");
      line(
          "`magnitude` is the share of words in which the two chains differ (word edit distance"
              + " over the longer one's words); `process_level` marks a rejected chain that"
              + " concludes the right answer all the same. Nothing is cut: a trainer leaves out a"
              + " pair of which either side is longer than "
              + Integer.toUnsignedString(run.getSpec().getStudent().getMaxLength())
              + " tokens.");
    }
  }

  private void provenance() {
    RunSpec spec = run.getSpec();
    line("");
    line("## Provenance");
    line("");
    line("| | |");
    line("|---|---|");
    fact("run", run.getRunId());
    if (!run.getOriginRunId().isEmpty()) {
      fact("retrained from", run.getOriginRunId());
    }
    fact("spec, SHA-256", Hashes.sha256Hex(ProtoJson.print(spec)));
    fact("data set, SHA-256", run.getSummary().getIngest().getDataset().getSha256());
    for (DataSource source : spec.getData().getTrainList()) {
      fact("source", source.getPath());
    }
    fact("seed", Integer.toUnsignedString(spec.getSeed()));
    fact(
        "difficulty by",
        EnumText.shortName(spec.getCuration().getDifficulty()).toLowerCase(Locale.ROOT));
    if (pairs > 0) {
      BetaSpec beta = spec.getPreference().getBeta();
      fact(
          "beta of small, medium and large gaps",
          beta.getSmall() + ", " + beta.getMedium() + ", " + beta.getLarge());
    }
    facts("judge model", models);
    facts("prompt", promptVersions);
  }

  private void heading(String name, String unit) {
    line("");
    line("| " + name + " | " + unit + " |");
    line("|---|---|");
  }

  private void counts(String name, List<Count> counts) {
    if (!counts.isEmpty()) {
      heading(name, "count");
      counts.forEach(count -> count(inline(count.getName()), count.getCount()));
    }
  }

  private void count(String name, long count) {
    line("| " + name + " | " + Figures.count(count) + " |");
  }

  private void file(String name, long rows, String what) {
    line("| `" + name + "` | " + Figures.count(rows) + " | " + what + " |");
  }

  private void facts(String name, Collection<String> values) {
    values.forEach(value -> fact(name, value));
  }

  private void fact(String name, String value) {
    line("| " + name + " | `" + inline(value) + "` |");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /** Text that is safe in a table, in code marks and in a quoted YAML string. */
  private static String inline(String value) {
    return value
        .codePoints()
        .filter(point -> "`|\"\\<>".indexOf(point) < 0)
        .mapToObj(point -> Character.isISOControl(point) ? " " : Character.toString(point))
        .collect(Collectors.joining());
  }

  private static String size(long rows) {
    int index = 0;
    for (long limit = 1_000; rows >= limit && index < SIZES.size() - 1; limit *= 10) {
      index++;
    }
    return SIZES.get(index);
  }
}
