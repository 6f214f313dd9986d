package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.evaluation.PublishedModels;
import io.retort.run.RunStages;
import io.retort.v1.LastStage;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specs that evaluate models and train none. */
class ModelSpecTest {
  private static final String BENCHMARKS =
      "\nevaluation: {benchmarks: [{name: own, source: {path: /own.jsonl}}]}";
  private static final SpecDefaults DEFAULTS = new SpecDefaults("/models/student");

  private final SpecValidator validator = new SpecValidator();

  @Test
  void runsTheEvaluationAlone() throws SpecException {
    RunSpec asked =
        SpecReader.read(
            "models: [{model: /models/Smol LM!}, {name: tuned, model: 'registry:smol:best'}]"
                + BENCHMARKS);
    assertThat(validator.validate(asked)).isEmpty();

    RunSpec filled = DEFAULTS.fill(asked);

    assertThat(RunStages.of(filled)).containsExactly(Stage.STAGE_EVALUATE);
    assertThat(RunStages.trains(filled)).isFalse();
    assertThat(filled.getModelsList())
        .extracting(ModelSpec::getName)
        .containsExactly("smol-lm", "tuned");
    assertThat(filled.hasData() || filled.hasSft() || filled.hasRelease()).isFalse();
    assertThat(filled.getLastStage()).isEqualTo(LastStage.LAST_STAGE_UNSPECIFIED);
    assertThat(filled.getStudent().hasModel()).isFalse();
    assertThat(filled.getStudent().getMaxLength()).isEqualTo(1024);
    assertThat(validator.validate(filled)).as("a run can be asked for again").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/models/Smol/ | smol",
        "hf://HuggingFaceTB/SmolLM2-135M@main | smollm2-135m",
        "registry:smol:v3 | smol-v3",
        "registry:smol@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef |"
            + " smol-0123456789ab",
        "s3://bucket/__ | model",
      })
  void namesAModelByTheLastPartOfItsPlace(String model, String name) throws SpecException {
    RunSpec.Builder spec = SpecReader.read("models: [{}]" + BENCHMARKS).toBuilder();
    spec.getModelsBuilder(0).setModel(model);

    assertThat(validator.validate(spec.build())).isEmpty();
    assertThat(DEFAULTS.fill(spec.build()).getModels(0).getName()).isEqualTo(name);
  }

  @Test
  void refusesWhatBelongsToTraining() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            "models: [{model: /m}]\ndata: {train: [{path: /a}]}\nsft: {epochs: 1}\n"
                + "release: {model: m}\nstudent: {model: /s, max_length: 512}\n"
                + "last_stage: curate"
                + BENCHMARKS);

    assertThat(messages(spec))
        .containsExactlyInAnyOrder(
            set("data"), set("sft"), set("release"), set("student.model"), set("last_stage"));
  }

  @Test
  void wantsBenchmarksPlacesAndDifferentNames() throws SpecException {
    assertThat(
            messages(
                SpecReader.read(
                    "models: [{model: /a/m}, {model: /b/m}, {model: 'registry:smol'}, {model: m},"
                        + " {name: Big}, {model: 'hf://m'}]")))
        .containsExactlyInAnyOrder(
            "evaluation.benchmarks: missing (expected: at least 1 benchmark, which the models are"
                + " asked)",
            "models[1].name: \"m\" (expected: another name than that of models[0])",
            "models[2].model: registry:smol (expected: registry:NAME:vN, registry:NAME:ALIAS or"
                + " registry:NAME@sha256:HEX)",
            "models[3].model: m (expected: an absolute path or a URI that begins with file:/ or"
                + " s3://, hf://OWNER/NAME, or registry:NAME:vN, registry:NAME:ALIAS or"
                + " registry:NAME@sha256:HEX)",
            "models[3].name: \"m\" (expected: another name than that of models[0])",
            "models[4].model: missing (expected: a folder, or a model of the hub or the registry; or"
                + " an endpoint)",
            "models[4].name: \"Big\" (expected: 1 to 64 lower-case letters, digits, dots,"
                + " underscores and hyphens, a letter or digit at both ends)",
            "models[5].model: hf://m (expected: hf://OWNER/NAME or hf://OWNER/NAME@REVISION)",
            "models[5].name: \"m\" (expected: another name than that of models[0])");
  }

  @Test
  void comparesWithWhatIsPublishedOfAKnownModelOnAKnownBenchmark() throws SpecException {
    String model = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B";
    String spec = "models: [{model: /m, published: %s}]\nevaluation: {benchmarks: [{%s}]}";

    assertThat(messages(SpecReader.read(String.format(spec, model, "benchmark: math500"))))
        .isEmpty();
    assertThat(messages(SpecReader.read(String.format(spec, model, "benchmark: gsm8k"))))
        .containsExactly(
            "models[0].published: "
                + model
                + ": no figure of it is known on these benchmarks (expected: one of aime24, math500,"
                + " gpqa-diamond in evaluation.benchmarks)");
    assertThat(messages(SpecReader.read(String.format(spec, "a/b", "benchmark: math500"))))
        .singleElement()
        .asString()
        .startsWith("models[0].published: \"a/b\" (expected: one of deepseek-ai/");
    assertThat(PublishedModels.all())
        .hasSize(4)
        .allSatisfy(
            published ->
                assertThat(published.getFiguresList())
                    .hasSize(6)
                    .allSatisfy(
                        figure ->
                            assertThat(BenchmarkPresets.find(figure.getBenchmark())).isPresent()));
  }

  @Test
  void takesAModelThatAnotherServerServes() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            "models: [{endpoint: {base_url: 'http://h:1/v1', model: Org/Big}}]" + BENCHMARKS);
    assertThat(validator.validate(spec)).isEmpty();
    assertThat(DEFAULTS.fill(spec).getModels(0).getName()).isEqualTo("big");
    assertThat(DEFAULTS.fill(spec).getModels(0).getEndpoint().getTimeoutSeconds()).isPositive();

    assertThat(
            messages(
                SpecReader.read(
                    "models: [{model: /m, endpoint: {base_url: 'http://h:1/v1', model: a}},"
                        + " {endpoint: {base_url: 'ftp://h', model: b, headers: [{name: Cookie,"
                        + " value: c}]}}]"
                        + BENCHMARKS)))
        .hasSize(3)
        .anySatisfy(
            message ->
                assertThat(message)
                    .isEqualTo("models[0].endpoint: set (expected: not set beside model)"))
        .anySatisfy(message -> assertThat(message).startsWith("models[1].endpoint.base_url:"))
        .anySatisfy(
            message -> assertThat(message).startsWith("models[1].endpoint.headers[0].name:"));
  }

  @Test
  void anEngineMustTellApartTheModelsThatItIsAsked() throws SpecException {
    String engine =
        "\nevaluation: {engine: {kind: endpoint, endpoint: {base_url: 'http://h:1/v1', model: m}},"
            + " benchmarks: [{name: own, source: {path: /own.jsonl}}]}";

    assertThat(
            messages(
                SpecReader.read(
                    "models: [{model: /m}, {name: big, endpoint: {base_url: 'http://g:1/v1',"
                        + " model: a}}]"
                        + engine)))
        .isEmpty();
    assertThat(
            messages(SpecReader.read("models: [{model: /m}, {model: /n}, {model: /o}]" + engine)))
        .containsExactly(
            "evaluation.engine.endpoint.model: \"m\" (expected: a name with {model} in it, or m, n"
                + " and o would be the same model)");
  }

  @Test
  void resolvesRelativeFoldersAgainstTheSpecsOwn() throws SpecException {
    RunSpec spec =
        SpecPaths.resolve(
            SpecReader.read("models: [{model: ../m}, {model: 'registry:a:v1'}]"),
            Path.of("/specs/here"));

    assertThat(spec.getModelsList())
        .extracting(ModelSpec::getModel)
        .containsExactly("/specs/m", "registry:a:v1");
  }

  private List<String> messages(RunSpec spec) {
    return validator.validate(spec).stream().map(SpecViolation::toString).toList();
  }

  private static String set(String field) {
    return field
        + ": set (expected: not set beside models: a run that evaluates models trains none)";
  }
}
