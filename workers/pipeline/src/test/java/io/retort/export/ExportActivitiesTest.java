package io.retort.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.layout.RunLayout;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Count;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.Difficulty;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportSummary;
import io.retort.v1.Gap;
import io.retort.v1.IngestSummary;
import io.retort.v1.Manifest;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.Ratings;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.Sample;
import io.retort.v1.StudentSpec;
import io.retort.v1.TraceFormat;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportActivitiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Path folder;
  private Store store;
  private TestActivityEnvironment environment;
  private ExportActivities activities;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary.resolve("it's a folder");
    store = Store.open(storeUri());
    environment = TestActivityEnvironment.newInstance();
    environment.registerActivitiesImplementations(new ExportActivitiesImpl(store, 2));
    activities = environment.newActivityStub(ExportActivities.class);
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  @Test
  void samplesAndPairsAreReadBackAsTheyWereMade() throws Exception {
    ExportSummary export = export(run(3, pairs(5)));

    assertThat(export.getUri()).isEqualTo(layout().export());
    assertThat(export.getSamples()).isEqualTo(3);
    assertThat(export.getPairs()).isEqualTo(5);
    assertThat(exported("data"))
        .containsExactly(
            "pairs-00000.parquet",
            "pairs-00001.parquet",
            "pairs-00002.parquet",
            "sft-00000.parquet",
            "sft-00001.parquet");
    assertThat(
            query(
                "SELECT messages[2].role, messages[3].content, problem, chain, answer FROM 'sft'"))
        .containsExactly(
            "user|<think>\nchain 0\n</think>\n\nThe answer is \\boxed{0}.|problem 0|chain 0|0",
            "user|<think>\nchain 1\n</think>\n\nThe answer is \\boxed{1}.|problem 1|chain 1|1",
            "user|<think>\nchain 2\n</think>\n\nThe answer is \\boxed{2}.|problem 2|chain 2|2");
    assertThat(
            query(
                "SELECT difficulty_before, difficulty_after, outcome, verbosity,"
                    + " cognitive_difficulty, tokens, source, sample_id FROM 'sft' LIMIT 2"))
        .containsExactly(
            "HARD|MEDIUM|IMPROVED|3|7|120|a.jsonl:0|" + id(0),
            "HARD|MEDIUM|IMPROVED|null|null|null|a.jsonl:1|" + id(1));
    assertThat(
            query(
                "SELECT len(prompt), chosen[1].role, chosen[1].content, rejected[1].content, beta,"
                    + " gap, corruption, magnitude, process_level, corrupter, model FROM 'pairs'"
                    + " LIMIT 2"))
        .containsExactly(
            "2|assistant|<think>\ngood 0\n</think>\n\nThe answer is \\boxed{0}.|"
                + "<think>\nbad 0\n</think>\n\nThe answer is \\boxed{-1}.|"
                + "0.5|LARGE|WRONG_NUMBER|0.25|false|judge|m-1",
            "2|assistant|<think>\ngood 1\n</think>\n\nThe answer is \\boxed{1}.|"
                + "<think>\nbad 1\n</think>\n\nThe answer is \\boxed{1}.|"
                + "0.1|SMALL|null|0.5|false|original|null");
  }

  @Test
  void otherTrainersHaveFilesInTheirLayout() throws Exception {
    export(run(1, pairs(1)));

    JsonNode index = JSON.readTree(read("llama-factory/dataset_info.json"));
    assertThat(index.at("/retort_pairs/ranking").asBoolean()).isTrue();
    assertThat(index.at("/retort_pairs/columns/messages").asText()).isEqualTo("messages");
    JsonNode ranking = JSON.readTree(read("llama-factory/pairs/part-00000.jsonl"));
    assertThat(ranking.get("messages")).hasSize(2);
    assertThat(ranking.at("/messages/1/role").asText()).isEqualTo("user");
    assertThat(ranking.at("/chosen/role").asText()).isEqualTo("assistant");
    assertThat(ranking.at("/rejected/content").asText()).contains("bad 0");
    assertThat(ranking.has("beta")).isFalse();
    JsonNode swift = JSON.readTree(read("ms-swift/pairs/part-00000.jsonl"));
    assertThat(swift.get("messages")).hasSize(3);
    assertThat(swift.at("/messages/2/content").asText()).contains("good 0");
    assertThat(swift.get("rejected_response").asText()).contains("bad 0");
    assertThat(index.at("/retort_sft/file_name").asText()).isEqualTo("../chat/sft");
    assertThat(JSON.readTree(read("llama-factory/../chat/sft/part-00000.jsonl")).get("messages"))
        .hasSize(3);
  }

  @Test
  void aCardTellsCountsAndProvenance() throws Exception {
    Run run = run(2, pairs(2));
    export(run);

    assertThat(read("README.md"))
        .startsWith("---\npretty_name: \"word-problems\"\nlicense: unknown\n")
        .contains("- config_name: sft\n", "path: data/sft-*.parquet\n")
        .contains("- config_name: pairs\n", "path: data/pairs-*.parquet\n")
        .contains("- n<1K\n")
        .contains("| rejected | 7 |", "| WRONG_ANSWER | 7 |", "| LARGE | 1,234 |")
        .contains("| run | `run-1` |", "| seed | `7` |")
        .contains("| data set, SHA-256 | `" + "d".repeat(64) + "` |")
        .contains("| judge model | `m-1` |", "| judge model | `m-2` |")
        .contains("| prompt | `corrupt-v1-aa` |", "| prompt | `evaluate-v1-bb` |")
        .contains("| source | `/data/a b.jsonl` |")
        .doesNotContain("null");
  }

  @Test
  void aRunWithoutPairsHasNoneInItsExport() throws Exception {
    ExportSummary export = export(run(2, List.of()));

    assertThat(export.getPairs()).isZero();
    assertThat(exported("data")).containsExactly("sft-00000.parquet");
    assertThat(exported("ms-swift")).isEmpty();
    assertThat(read("README.md")).doesNotContain("pairs");
    assertThat(read("llama-factory/dataset_info.json")).doesNotContain("pairs");
  }

  @Test
  void aManifestCommitsEveryFileAndARetryLeavesThemAlone() throws Exception {
    Run run = run(3, pairs(3));
    ExportSummary export = export(run);
    Manifest manifest = Manifests.find(store, layout().export()).orElseThrow();
    for (ArtifactRef file : manifest.getPartsList()) {
      assertThat(Hashes.sha256Hex(store, Store.resolve(layout().export(), file.getUri())))
          .as(file.getUri())
          .isEqualTo(file.getSha256());
    }
    store.delete(layout().curationShard(0));

    assertThat(export(run)).as("nothing is read again").isEqualTo(export);
    assertThat(manifest.getPartsList()).hasSize(2 + 2 + 5);
  }

  @Test
  void anAttemptGoesOnBehindTheShardsThatAnotherHasWritten() throws Exception {
    export(run(List.of(record(0), record(1)), List.of(record(2)), pairs(3)));
    Manifest undisturbed = Manifests.find(store, layout().export()).orElseThrow();
    store.delete(layout().export());
    Run run = run(List.of(record(0), record(1)), List.of(record(2)), pairs(3));
    Manifest second = Manifests.find(store, layout().curationShard(1)).orElseThrow();
    String part = Store.resolve(layout().curationShard(1), second.getParts(0).getUri());
    byte[] whole = Files.readAllBytes(Path.of(URI.create(part)));
    store.write(part, output -> output.write(whole, 0, whole.length - 1));
    assertThatThrownBy(() -> export(run)).hasStackTraceContaining("sha256");

    store.write(part, output -> output.write(whole));
    store.delete(Store.resolve(layout().curationShard(0), Manifests.partName(0)));

    export(run);
    assertThat(Manifests.find(store, layout().export()).orElseThrow())
        .as("the first shard is not read again")
        .isEqualTo(undisturbed);
    assertThat(store.list(layout().exportChunks())).isEmpty();
  }

  @Test
  void noBytesAreWrittenTwice() throws Exception {
    export(run(List.of(record(0), record(1)), List.of(record(2)), pairs(3)));

    assertThat(Manifests.find(store, layout().export()).orElseThrow().getPartsList())
        .extracting(ArtifactRef::getSha256)
        .doesNotHaveDuplicates();
  }

  @Test
  void theSameRowsGiveTheSameFiles() throws Exception {
    Run run = run(3, pairs(3));
    export(run);
    Manifest first = Manifests.find(store, layout().export()).orElseThrow();
    store.delete(layout().export());

    export(run);

    assertThat(Manifests.find(store, layout().export()).orElseThrow()).isEqualTo(first);
  }

  @Test
  void textOfAnySizeAndScript() throws Exception {
    String chain = "π ≈ 3.14159 \"quoted\" \\ \u0001 \n".repeat(200_000) + "終";
    Run run = run(List.of(record(0).toBuilder().setChain(chain).build()), List.of());
    export(run);

    assertThat(
            query(
                "SELECT length(chain), right(chain, 1), messages[3].content = '<think>\n' || trim(chain, ' \n') || '\n</think>\n\nThe answer is \\boxed{0}.' FROM 'sft'"))
        .containsExactly(chain.length() + "|終|true");
  }

  private ExportSummary export(Run run) {
    return activities
        .exportData(ExportDataRequest.newBuilder().setRun(run).setStoreUri(storeUri()).build())
        .getExport();
  }

  /**
   * A run whose shards contain the given numbers of kept samples, with rejected ones between them.
   */
  private Run run(int samples, List<PreferencePair> pairs) throws IOException {
    List<CurationRecord> records = new ArrayList<>();
    for (int number = 0; number < samples; number++) {
      records.add(record(number));
      records.add(
          CurationRecord.newBuilder()
              .setKey("rejected " + number)
              .setOutcome(CurationOutcome.CURATION_OUTCOME_REJECTED)
              .setReason("WRONG_ANSWER")
              .build());
    }
    return run(records, pairs);
  }

  private Run run(List<CurationRecord> records, List<PreferencePair> pairs) throws IOException {
    writeShard(0, records);
    return runOfShards(1, pairs);
  }

  private Run run(
      List<CurationRecord> first, List<CurationRecord> second, List<PreferencePair> pairs)
      throws IOException {
    writeShard(0, first);
    writeShard(1, second);
    return runOfShards(2, pairs);
  }

  private void writeShard(int number, List<CurationRecord> records) throws IOException {
    String shard = layout().curationShard(number);
    Manifests.commit(
        store,
        shard,
        Manifest.newBuilder().addParts(Manifests.writePart(store, shard, 0, records)).build());
  }

  private Run runOfShards(int shards, List<PreferencePair> pairs) throws IOException {
    RunSummary.Builder summary =
        RunSummary.newBuilder()
            .setIngest(
                IngestSummary.newBuilder()
                    .setShards(shards)
                    .setDataset(ArtifactRef.newBuilder().setSha256("d".repeat(64))))
            .setCuration(
                CurationSummary.newBuilder()
                    .setRows(1_000)
                    .setRejected(7)
                    .addReasons(Count.newBuilder().setName("WRONG_ANSWER").setCount(7)));
    if (!pairs.isEmpty()) {
      String uri = layout().pairs();
      summary.setPairing(
          PairingSummary.newBuilder()
              .setPairs(
                  Manifests.commit(
                      store,
                      uri,
                      Manifest.newBuilder()
                          .addParts(Manifests.writePart(store, uri, 0, pairs))
                          .build()))
              .addGaps(Count.newBuilder().setName("LARGE").setCount(1_234)));
    }
    return Run.newBuilder()
        .setRunId("run-1")
        .setSpec(
            RunSpec.newBuilder()
                .setName("word-problems")
                .setSeed(7)
                .setStudent(
                    StudentSpec.newBuilder()
                        .setSystemPrompt("Think.")
                        .setSize("135M")
                        .setMaxLength(1024)
                        .setTraceFormat(TraceFormat.TRACE_FORMAT_THINK))
                .setData(
                    DataSpec.newBuilder()
                        .addTrain(DataSource.newBuilder().setPath("/data/a| b`.jsonl"))))
        .setSummary(summary)
        .build();
  }

  private static CurationRecord record(int number) {
    CurationRecord.Builder record =
        CurationRecord.newBuilder()
            .setKey("key " + number)
            .setSample(
                Sample.newBuilder()
                    .setId(id(number))
                    .setProblem("problem " + number)
                    .setChain("original " + number)
                    .setAnswer(Integer.toString(number))
                    .setSource("a.jsonl:" + number))
            .setOutcome(CurationOutcome.CURATION_OUTCOME_IMPROVED)
            .setChain("chain " + number)
            .addRounds(CurationRound.newBuilder().setDifficulty(Difficulty.DIFFICULTY_HARD))
            .addRounds(CurationRound.newBuilder().setDifficulty(Difficulty.DIFFICULTY_MEDIUM))
            .addModels("m-2")
            .addPromptVersions("evaluate-v1-bb");
    if (number == 0) {
      record
          .setRatings(Ratings.newBuilder().setVerbosity(3).setCognitiveDifficulty(7))
          .setTokens(120);
    }
    return record.build();
  }

  private static List<PreferencePair> pairs(int count) {
    List<PreferencePair> pairs = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      PreferencePair.Builder pair =
          PreferencePair.newBuilder()
              .setId("pair " + number)
              .setSampleId(id(number))
              .setProblem("problem " + number)
              .setAnswer(Integer.toString(number))
              .setChosen("good " + number)
              .setChosenAnswer(Integer.toString(number))
              .setRejected("bad " + number);
      if (number % 2 == 0) {
        pair.setRejectedAnswer("-1")
            .setGap(Gap.GAP_LARGE)
            .setBeta(0.5)
            .setMagnitude(0.25)
            .setCorruption(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER)
            .setCorrupter("judge")
            .setModel("m-1")
            .setPromptVersion("corrupt-v1-aa");
      } else {
        pair.setRejectedAnswer(Integer.toString(number))
            .setGap(Gap.GAP_SMALL)
            .setBeta(0.1)
            .setMagnitude(0.5)
            .setCorrupter("original");
      }
      pairs.add(pair.build());
    }
    return pairs;
  }

  private static String id(int number) {
    return Hashes.sha256Hex("sample " + number);
  }

  /** Rows as text; {@code 'sft'} and {@code 'pairs'} are placeholders for their files. */
  private List<String> query(String sql) throws SQLException {
    String files = exportFolder().resolve("data").toString().replace("'", "''");
    String filled =
        sql.replace("'sft'", "'" + files + "/sft-*.parquet'")
            .replace("'pairs'", "'" + files + "/pairs-*.parquet'");
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(filled)) {
      while (result.next()) {
        List<String> cells = new ArrayList<>();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
          cells.add(String.valueOf(result.getObject(column)));
        }
        rows.add(String.join("|", cells));
      }
    }
    return rows;
  }

  private List<String> exported(String path) throws IOException {
    return store.list(Store.resolve(layout().export(), path));
  }

  private String read(String path) throws IOException {
    return Files.readString(exportFolder().resolve(path));
  }

  private Path exportFolder() {
    return folder.resolve("store/runs/run-1/export");
  }

  private RunLayout layout() {
    return new RunLayout(storeUri(), "run-1");
  }

  private String storeUri() {
    return folder.resolve("store").toUri().toString().replaceAll("/$", "");
  }
}
