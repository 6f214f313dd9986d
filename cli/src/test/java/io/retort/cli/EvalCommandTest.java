package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.EndpointSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.ModelSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, with a control plane that plays a run. */
class EvalCommandTest {
  private Path folder = Path.of("");
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path place) throws IOException {
    folder = place;
    control = new FakeRunService();
    Files.createDirectories(folder.resolve("Base"));
    Files.writeString(folder.resolve("My Problems.jsonl"), "{}\n");
    control.run =
        control.run.toBuilder()
            .setSpec(
                RunSpec.newBuilder()
                    .setSeed(7)
                    .setEvaluation(
                        EvaluationSpec.newBuilder()
                            .addBenchmarks(benchmark("math", 4, 1, 4))
                            .addBenchmarks(benchmark("code", 8, 1, 2, 8))))
            .build();
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void evaluatesModelsSideBySide() throws Exception {
    Ended ended =
        eval(
            "Base",
            "tuned=smol:v2",
            "hf://HuggingFaceTB/SmolLM2-135M",
            "served=http://localhost:8000/v1#org/big",
            "--benchmark",
            "math500=2",
            "--benchmark",
            "My Problems.jsonl",
            "--limit",
            "5",
            "--max-new-tokens",
            "64",
            "--temperature",
            "0",
            "--name",
            "side",
            "--set",
            "resources.gpus=1",
            "--set",
            "evaluation.batch_size=8",
            "--request-id",
            "r1");

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output()).isEqualTo(FakeRunService.RUN_ID);
    RunSpec spec = control.created.get(0).getSpec();
    assertThat(control.created.get(0).getRequestId()).isEqualTo("r1");
    assertThat(spec.getName()).isEqualTo("side");
    assertThat(spec.hasData()).isFalse();
    assertThat(spec.getModelsList())
        .containsExactly(
            ModelSpec.newBuilder().setModel(folder.resolve("Base").toString()).build(),
            ModelSpec.newBuilder().setName("tuned").setModel("registry:smol:v2").build(),
            ModelSpec.newBuilder().setModel("hf://HuggingFaceTB/SmolLM2-135M").build(),
            ModelSpec.newBuilder()
                .setName("served")
                .setEndpoint(
                    EndpointSpec.newBuilder()
                        .setBaseUrl("http://localhost:8000/v1")
                        .setModel("org/big"))
                .build());
    assertThat(spec.getEvaluation().getBenchmarksList())
        .containsExactly(
            BenchmarkSpec.newBuilder()
                .setBenchmark("math500")
                .setSamples(2)
                .setSource(DataSource.newBuilder().setLimit(5))
                .setMaxNewTokens(64)
                .setTemperature(0)
                .build(),
            BenchmarkSpec.newBuilder()
                .setName("my-problems")
                .setSource(
                    DataSource.newBuilder()
                        .setPath(folder.resolve("My Problems.jsonl").toString())
                        .setLimit(5))
                .setMaxNewTokens(64)
                .setTemperature(0)
                .build());
    assertThat(spec.getResources().getGpus()).isEqualTo(1);
    assertThat(spec.getEvaluation().getBatchSize()).isEqualTo(8);
  }

  @Test
  void asksARunForMoreSamples() throws Exception {
    Ended ended =
        eval(
            FakeRunService.RUN_ID,
            "--samples",
            "code=64",
            "--samples",
            "math=1",
            "--request-id",
            "r3");
    Ended unknown = eval(FakeRunService.RUN_ID, "--samples", "chess=2");
    Ended mixed =
        eval(
            FakeRunService.RUN_ID,
            "--samples",
            "math=2",
            "--max-new-tokens",
            "64",
            "--set",
            "resources.gpus=1");

    assertThat(ended.status()).as(ended.output()).isZero();
    RetrainRunRequest request = control.retrained.get(0);
    assertThat(request.getRunId()).isEqualTo(FakeRunService.RUN_ID);
    assertThat(request.getRequestId()).isEqualTo("r3");
    assertThat(request.getUpdateMask().getPathsList()).containsExactly("evaluation.benchmarks");
    assertThat(request.getChanges().getEvaluation().getBenchmarksList())
        .containsExactly(benchmark("math", 1, 1), benchmark("code", 64, 1, 2, 8, 64));
    assertThat(unknown.status()).isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(unknown.output())
        .contains("\"chess\" (expected: a benchmark of the run: math, code)");
    assertThat(mixed.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(mixed.output())
        .contains("--samples: goes with one RUN and without --max-new-tokens, --set, as");
    assertThat(control.retrained).hasSize(1);
  }

  @Test
  void gradesARunAnew() throws Exception {
    Ended ended = eval("rescore", FakeRunService.RUN_ID, "--request-id", "r2");

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(control.retrained)
        .containsExactly(
            RetrainRunRequest.newBuilder()
                .setRunId(FakeRunService.RUN_ID)
                .setRequestId("r2")
                .setRescore(true)
                .build());
  }

  @Test
  void calibratesAPublicModel() throws Exception {
    String r1 = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";
    Ended hub = eval("calibrate", "hf://" + r1 + "@main", "--benchmark", "math500");
    Ended copy = eval("calibrate", "r1=Base", "--published", r1, "--benchmark", "aime24=8");
    Ended untold = eval("calibrate", "Base", "--benchmark", "math500");

    assertThat(hub.status()).as(hub.output()).isZero();
    assertThat(copy.status()).as(copy.output()).isZero();
    assertThat(control.created)
        .extracting(request -> request.getSpec().getModels(0))
        .containsExactly(
            ModelSpec.newBuilder().setModel("hf://" + r1 + "@main").setPublished(r1).build(),
            ModelSpec.newBuilder()
                .setName("r1")
                .setModel(folder.resolve("Base").toString())
                .setPublished(r1)
                .build());
    assertThat(untold.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(untold.output()).contains("--published: missing", r1);
  }

  @Test
  void saysWhatAModelOrABenchmarkIs() throws Exception {
    Ended model = eval("nowhere", "--benchmark", "math500");
    Ended benchmark = eval("Base", "--benchmark", "no/file.jsonl");

    assertThat(model.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(model.output())
        .startsWith(
            "error: 'nowhere' (expected: a folder that is there, hf://OWNER/NAME[@REVISION],"
                + " NAME:vN");
    assertThat(benchmark.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(benchmark.output())
        .contains("'no/file.jsonl' (expected: a built-in benchmark, for example math500,");
    assertThat(control.created).isEmpty();
  }

  private static BenchmarkSpec benchmark(String name, int samples, Integer... k) {
    return BenchmarkSpec.newBuilder()
        .setName(name)
        .setSource(DataSource.newBuilder().setPath("/" + name + ".jsonl"))
        .setSamples(samples)
        .addAllK(List.of(k))
        .build();
  }

  private Ended eval(String... arguments) throws Exception {
    String[] command =
        Stream.concat(Stream.of("eval"), Arrays.stream(arguments)).toArray(String[]::new);
    return new RetortProcess(folder, control.address()).run(command);
  }
}
