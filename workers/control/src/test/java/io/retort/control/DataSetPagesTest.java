package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.DataSource;
import io.retort.v1.Difficulty;
import io.retort.v1.Manifest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Sample;
import io.retort.v1.Verdict;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of data sets and samples, as a browser without script gets them. */
final class DataSetPagesTest {
  private static final String HOSTILE = "<script>alert(1)</script>";
  private static final String DIGEST = "ab12".repeat(16);

  private static ControlHarness control;
  private static Store store;

  private PageClient client;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    control = new ControlHarness(folder);
    store = Store.open(control.storeUri);
    write(run("old-1", 1, "/a.jsonl"));
    write(run("new-1", 3, "/a.jsonl"));
    write(run("both-1", 2, "/a.jsonl", "/" + HOSTILE + "\" onclick=x"));
    Run.Builder strange = run("strange-1", 0, "/strange.jsonl").toBuilder();
    strange
        .getSummaryBuilder()
        .getCurationBuilder()
        .getRecordsBuilder()
        .setUri(control.storeUri + "/runs/../access/manifest.json");
    write(strange.build());
    write(run("models-1", 4));
    control.awaitListed("models-1", RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @BeforeEach
  void open() {
    client = new PageClient(control.address());
  }

  @Test
  void dataSetsAreListedWithWhatBecameOfTheirRows() {
    String page = client.get("/datasets").body();

    assertThat(page)
        .contains("What the 5 newest runs read")
        .contains("<a href=\"/datasets/new-1\">/a.jsonl</a></th><td>2</td>")
        .contains("<td>1,000</td><td>3</td><td>600</td><td>300</td><td>90</td><td>10</td>")
        .contains("title=\"" + DIGEST + "\">ab12ab12ab12<")
        .contains("<a href=\"/datasets/both-1\">/a.jsonl and 1 more</a></th><td>1</td>")
        .doesNotContain("<script>alert", "models-1");
    assertThat(page.indexOf("/datasets/new-1")).isLessThan(page.indexOf("/datasets/both-1"));
    assertThat(client.get("/datasets?from=-1").statusCode()).isEqualTo(400);
  }

  @Test
  void aDataSetNamesTheRunsThatUsedIt() {
    String page = client.get("/datasets/old-1").body();

    assertThat(page)
        .contains("<code>/a.jsonl</code>", "href=\"/runs/new-1\"", "href=\"/runs/old-1\"")
        .doesNotContain("/runs/both-1");
    assertThat(page.indexOf("/runs/new-1")).isLessThan(page.indexOf("/runs/old-1"));
    assertThat(client.get("/datasets/both-1").body())
        .contains("&lt;script&gt;", "href=\"/runs/both-1\"")
        .doesNotContain("<script>alert");
    assertThat(client.get("/datasets/models-1").statusCode()).isEqualTo(404);
    assertThat(client.get("/runs/old-1").body())
        .contains("href=\"/datasets/old-1\"", "href=\"/runs/old-1/samples\"");
  }

  @Test
  void samplesAreShownBeforeAndAfterAsTheyAre() throws IOException {
    RunLayout layout = new RunLayout(control.storeUri, "old-1");
    String folder = layout.curationShard(0);
    ArtifactRef part =
        Manifests.writePart(
            store,
            folder,
            0,
            List.of(
                record(CurationOutcome.CURATION_OUTCOME_REJECTED, "before r", ""),
                record(CurationOutcome.CURATION_OUTCOME_IMPROVED, HOSTILE, "after\n" + HOSTILE)));
    ArtifactRef unused =
        Manifests.commit(store, folder, Manifest.newBuilder().addParts(part).setRows(2).build());

    String page = client.get("/runs/old-1/samples").body();

    assertThat(page)
        .contains("improved", "after\n&lt;script&gt;", "Round 0: hard. too long", "Not trained on.")
        .doesNotContain("<script>alert");
    assertThat(page.indexOf("before r")).isGreaterThan(page.indexOf("after\n"));
    assertThat(client.get("/runs/new-1/samples").body()).contains("No curated sample");
  }

  @Test
  void samplesThatAreNotShownHaveAReason() throws IOException {
    RunLayout layout = new RunLayout(control.storeUri, "both-1");
    String folder = layout.curationShard(0);
    ArtifactRef part =
        Manifests.writePart(
            store,
            folder,
            0,
            List.of(record(CurationOutcome.CURATION_OUTCOME_REJECTED, "before", "")));
    ArtifactRef large = part.toBuilder().setBytes((64L << 20) + 1).build();
    ArtifactRef unused =
        Manifests.commit(store, folder, Manifest.newBuilder().addParts(large).setRows(1).build());

    assertThat(client.get("/runs/both-1/samples").body())
        .contains("65 MiB", "at most 64 MiB", folder)
        .doesNotContain("No curated sample");

    ArtifactRef unusedToo =
        Manifests.commit(store, folder, Manifest.newBuilder().addParts(part).setRows(1).build());
    store.delete(Store.resolve(folder, part.getUri()));
    HttpResponse<String> swept = client.get("/runs/both-1/samples");

    assertThat(swept.statusCode()).isEqualTo(200);
    assertThat(swept.body()).contains("no longer in the store").doesNotContain("No curated sample");
  }

  @Test
  void aRecordCannotNameWhatIsNoRuns() {
    assertThat(client.get("/runs/strange-1/samples").body()).contains("No curated sample");
  }

  private static CurationRecord record(CurationOutcome outcome, String before, String after) {
    return CurationRecord.newBuilder()
        .setSample(Sample.newBuilder().setProblem(HOSTILE).setChain(before).setAnswer("4"))
        .setOutcome(outcome)
        .setChain(after)
        .addRounds(
            CurationRound.newBuilder()
                .setDifficulty(Difficulty.DIFFICULTY_HARD)
                .setVerdict(Verdict.newBuilder().setCritique("too long")))
        .build();
  }

  private static Run run(String id, int created, String... sources) {
    Run.Builder run =
        Run.newBuilder()
            .setRunId(id)
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setSpec(ControlHarness.spec("data").toBuilder().clearData())
            .setCreatedAt(Timestamps.fromSeconds(1_800_000_000L + created))
            .setFinishedAt(Timestamps.fromSeconds(1_800_000_100L));
    for (String source : sources) {
      run.getSpecBuilder().getDataBuilder().addTrain(DataSource.newBuilder().setPath(source));
    }
    run.getSummaryBuilder().getIngestBuilder().setRows(1000).setQuarantined(3);
    run.getSummaryBuilder().getIngestBuilder().getDatasetBuilder().setSha256(DIGEST);
    run.getSummaryBuilder()
        .getCurationBuilder()
        .setRows(1000)
        .setRetained(600)
        .setImproved(300)
        .setRejected(90)
        .setQuarantined(10);
    return run.build();
  }

  private static void write(Run run) throws IOException {
    store.write(
        control.storeUri + "/runs/" + run.getRunId() + "/run.json",
        output -> output.write(ProtoJson.print(run).getBytes(StandardCharsets.UTF_8)));
  }
}
