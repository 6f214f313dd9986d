package io.retort.ingest;

import io.retort.store.DataRoots;
import io.retort.store.Manifests;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.student.StudentChecker;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Count;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.DescribeSourcesRequest;
import io.retort.v1.FilterSpec;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.retort.worker.Environment;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The ingest activities over a store in a temporary folder. */
final class IngestHarness implements AutoCloseable {
  static final Path REAL_DATA = Path.of("../../../shared/data").toAbsolutePath().normalize();

  private final Path folder;
  private final String storeUri;
  private final Store store;
  private final TestActivityEnvironment environment = TestActivityEnvironment.newInstance();
  private final IngestActivities activities;

  /** Without a hub: uses an address on which nothing listens. */
  IngestHarness(Path folder) {
    this(folder, Map.of("HF_ENDPOINT", "http://localhost:1"), store -> store);
  }

  IngestHarness(Path folder, Map<String, String> variables, UnaryOperator<Store> around) {
    this(folder, variables, around, Store::open);
  }

  /**
   * @param stores opens the stores of sources
   */
  IngestHarness(
      Path folder,
      Map<String, String> variables,
      UnaryOperator<Store> around,
      Function<String, Store> stores) {
    this(folder, variables, around, stores, StudentChecker.none());
  }

  IngestHarness(
      Path folder,
      Map<String, String> variables,
      UnaryOperator<Store> around,
      Function<String, Store> stores,
      StudentChecker students) {
    this.folder = folder;
    storeUri = folder.resolve("store").toUri().toString();
    store = Store.open(storeUri);
    environment.registerActivitiesImplementations(
        new IngestActivitiesImpl(
            around.apply(store),
            Hub.of(new Environment(variables)),
            roots(variables),
            students,
            stores));
    activities = environment.newActivityStub(IngestActivities.class);
  }

  private DataRoots roots(Map<String, String> variables) {
    Map<String, String> with = new HashMap<>(variables);
    with.put("RETORT_STORE", storeUri);
    with.putIfAbsent(DataRoots.VARIABLE, DataRoots.ALL);
    return DataRoots.of(new Environment(with));
  }

  IngestActivities activities() {
    return activities;
  }

  Store store() {
    return store;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  Path write(String name, String... lines) throws IOException {
    Path file = file(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, List.of(lines));
  }

  DataSource source(String name) {
    return source(name, DataFormat.DATA_FORMAT_AUTO);
  }

  DataSource source(String name, DataFormat format) {
    String path = name.matches("(?:hf|s3):.*") ? name : file(name).toString();
    return DataSource.newBuilder().setPath(path).setFormat(format).build();
  }

  static BenchmarkSpec benchmark(String name, DataSource source) {
    return BenchmarkSpec.newBuilder().setName(name).setSource(source).build();
  }

  IngestRequest.Builder request(DataSource source) {
    return IngestRequest.newBuilder().setStoreUri(storeUri).addSources(source).setShardRows(256);
  }

  IngestSummary ingest(DataSource source) {
    return activities.ingest(request(source).build()).getSummary();
  }

  IngestSummary ingest(DataSource source, FilterSpec filters, BenchmarkSpec... benchmarks) {
    return activities
        .ingest(request(source).setFilters(filters).addAllBenchmarks(List.of(benchmarks)).build())
        .getSummary();
  }

  /** Digest of a source's content. */
  String digest(DataSource source) {
    return activities
        .describeSources(DescribeSourcesRequest.newBuilder().addSources(source).build())
        .getSources(0)
        .getSha256();
  }

  List<Sample> samples(IngestSummary summary) throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (ArtifactRef part : Manifests.read(store, summary.getDataset()).getPartsList()) {
      samples.addAll(
          Manifests.<Sample>readPart(store, summary.getDataset(), part, Sample::newBuilder));
    }
    return samples;
  }

  List<String> problems(IngestSummary summary) throws IOException {
    return samples(summary).stream().map(Sample::getProblem).toList();
  }

  List<QuarantinedRow> quarantine(IngestSummary summary) throws IOException {
    String uri = Store.resolve(Manifests.folder(summary.getDataset()), "quarantine.jsonl");
    List<QuarantinedRow> rows = new ArrayList<>();
    String text = new String(store.read(uri).readAllBytes(), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      rows.add((QuarantinedRow) ProtoJson.parse(line, QuarantinedRow.newBuilder(), uri));
    }
    return rows;
  }

  static Map<String, Long> reasons(IngestSummary summary) {
    return summary.getQuarantineReasonsList().stream()
        .collect(Collectors.toMap(Count::getName, Count::getCount));
  }

  @Override
  public void close() {
    environment.close();
  }
}
