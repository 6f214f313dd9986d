package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.Corrupter;
import io.retort.v1.EndpointHeader;
import io.retort.v1.EndpointSpec;
import io.retort.v1.EngineKind;
import io.retort.v1.RunSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecValidatorTest {
  private static final String DATA = "data: {train: [{path: /a.jsonl}]}\n";

  private final SpecValidator validator = new SpecValidator();

  @Test
  void takesASpecWithDataAlone() throws SpecException {
    assertThat(validator.validate(SpecReader.read(DATA))).isEmpty();
  }

  @Test
  void wantsData() throws SpecException {
    assertThat(messages(RunSpec.getDefaultInstance()))
        .containsExactly("data: missing (expected: a mapping with train)");
    assertThat(messages(SpecReader.read("data: {}")))
        .containsExactly("data.train: empty (expected: at least 1 source, each with a path)");
    assertThat(messages(SpecReader.read("data: {train: [{limit: 3}]}")))
        .containsExactly(
            "data.train[0].path: missing (expected: a file, a folder, a glob, or a data set of the hub)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "name: Demo | name: \"Demo\" (expected: 1 to 40 lower-case letters, digits and hyphens, no"
            + " hyphen at either end)",
        "student: {max_length: 8} | student.max_length: 8 (expected: >= 16 and <= 1048576)",
        "student: {model: ''} | student.model: \"\" (expected: text of at least 1 character)",
        "student: {size: big} | student.size: \"big\" (expected: a number and K, M, B or T, for"
            + " example 7B)",
        "student: {model: smol} | student.model: smol (expected: an absolute path or a URI that"
            + " begins with file:/ or s3://, or hf://OWNER/NAME)",
        "student: {model: 'HF://Qwen/x'} | student.model: HF://Qwen/x (expected: an absolute path or"
            + " a URI that begins with file:/ or s3://, or hf://OWNER/NAME)",
        "student: {model: 's3://'} | student.model: s3:// (expected: an absolute path or a URI that"
            + " begins with file:/ or s3://, or hf://OWNER/NAME)",
        "student: {model: 'gs://b/k'} | student.model: gs://b/k (expected: an absolute path or a"
            + " URI that begins with file:/ or s3://, or hf://OWNER/NAME)",
        "student: {model: 'hf://name'} | student.model: hf://name (expected: hf://OWNER/NAME or"
            + " hf://OWNER/NAME@REVISION)",
        "student: {model: 'hf://datasets/a/b'} | student.model: hf://datasets/a/b (expected:"
            + " hf://OWNER/NAME or hf://OWNER/NAME@REVISION)",
        "judge: {temperature: 2.5} | judge.temperature: 2.5 (expected: >= 0 and <= 2)",
        "judge: {concurrency: 0} | judge.concurrency: 0 (expected: >= 1 and <= 4096)",
        "curation: {max_rounds: 11} | curation.max_rounds: 11 (expected: <= 10)",
        "curation: {follow: {threshold: 0}} | curation.follow.threshold: 0 (expected: > 0 and <="
            + " 1)",
        "sft: {epochs: 0} | sft.epochs: 0 (expected: > 0 and <= 1000)",
        "sft: {max_steps: 0} | sft.max_steps: 0 (expected: > 0)",
        "sft: {learning_rate: -1e-5} | sft.learning_rate: -0.00001 (expected: > 0 and <= 1)",
        "sft: {warmup_ratio: 1} | sft.warmup_ratio: 1 (expected: >= 0 and < 1)",
        "sft: {checkpoint_steps: 0} | sft.checkpoint_steps: 0 (expected: >= 1)",
        "sft: {lora: {alpha: 0}} | sft.lora.alpha: 0 (expected: >= 1)",
        "sft: {label_smoothing: 0.1} | sft.label_smoothing: 0.1 (expected: not set: only cogpo"
            + " has it)",
        "sft: {objective: dpo} | sft.objective: dpo (expected: not set: only cogpo has it)",
        "cogpo: {batching: packed} | cogpo.batching: packed (expected: auto or length_grouped: a"
            + " pair's sides are not packed)",
        "cogpo: {beta: 0.2} | cogpo.beta: 0.2 (expected: not set, unless cogpo.objective is dpo:"
            + " each pair has its own beta, preference.beta)",
        "sft: {lora: {rank: 8}, strategy: fsdp2} | sft.strategy: fsdp2 (expected: ddp where sft.lora"
            + " is set)",
        "sft: {early_stopping_patience: 2} | sft.early_stopping_patience: 2 (expected: 0, unless"
            + " sft.validation_ratio holds rows out)",
        "evaluation: {engine: {kind: endpoint}} | evaluation.engine.endpoint: missing (expected:"
            + " base_url and model of the server to ask)",
        "evaluation: {engine: {endpoint: {base_url: 'http://m/v1', model: m}}} |"
            + " evaluation.engine.endpoint: set (expected: not set, unless kind is endpoint)",
        "evaluation: {engine: {kind: endpoint, endpoint: {base_url: 'http://m/v1', model: m}}} |"
            + " evaluation.engine.endpoint.model: \"m\" (expected: a name with {model} in it, or"
            + " base, stage-1 and stage-2 would be the same model)",
        "evaluation: {engine: {kind: endpoint, dtype: float32, endpoint: {base_url: 'http://m/v1',"
            + " model: '{model}'}}} | evaluation.engine.dtype: set (expected: not set with kind"
            + " endpoint, whose server decides it)",
        "evaluation: {engine: {kind: endpoint, endpoint: {base_url: 'http://m/v1', model: '{model}',"
            + " headers: [{name: Authorization, value: k}]}}} |"
            + " evaluation.engine.endpoint.headers[0].name: \"Authorization\" (expected: a header that"
            + " carries no secret and that clients do not set themselves; a key belongs into the"
            + " variable named by api_key_env)",
        "resources: {gpus: 1.5} | resources.gpus: 1.5 (expected: a whole number, or a fraction of one"
            + " GPU for a single rank)",
        "resources: {gpus: 0.5, ranks: 2} | resources.gpus: 0.5 (expected: a whole number, or a"
            + " fraction of one GPU for a single rank)",
        "resources: {custom: [{name: GPU, amount: 1}]} | resources.custom[0].name: GPU (expected: a"
            + " custom resource; this one has its own field)",
        "priority: 6 | priority: 6 (expected: >= 1 and <= 5)",
        "cogpo: {label_smoothing: 0.5} | cogpo.label_smoothing: 0.5 (expected: >= 0 and < 0.5)",
        "preference: {beta: {large: -1}} | preference.beta.large: -1 (expected: > 0)",
        "preference: {corrupters: [rules, rules]} | preference.corrupters: [rules, rules]"
            + " (expected: each value once)",
        "evaluation: {top_p: 0} | evaluation.top_p: 0 (expected: > 0 and <= 1)",
        "evaluation: {benchmarks: [{name: a, source: {path: /e}, samples: 2, k: [1, 3]}]} |"
            + " evaluation.benchmarks[0].k[1]: 3 (expected: <= samples, which is 2)",
        "evaluation: {benchmarks: [{name: a, source: {path: /e}, k: [8]}]} |"
            + " evaluation.benchmarks[0].k[0]: 8 (expected: <= samples, which is 4)",
        "evaluation: {benchmarks: [{name: a, source: {path: /e}, k: [0]}]} |"
            + " evaluation.benchmarks[0].k[0]: 0 (expected: >= 1)",
        "evaluation: {benchmarks: [{name: a, source: {path: /e}}, {name: a, source: {path: /f}}]} |"
            + " evaluation.benchmarks[1].name: \"a\" (expected: another name than that of"
            + " evaluation.benchmarks[0])",
        "evaluation: {benchmarks: [{source: {path: /e}}]} | evaluation.benchmarks[0].name: missing"
            + " (expected: 1 to 40 lower-case letters, digits and hyphens, no hyphen at either"
            + " end)",
        "release: {gate: {conditions: [{benchmark: b}]}} | release.gate.conditions[0].benchmark:"
            + " \"b\" (expected: the name of a benchmark; evaluation.benchmarks has none)",
        "release: {gate: {conditions: []}} | release.gate.conditions: empty (expected: at least 1"
            + " item)",
        "evaluation: {benchmarks: [{name: a, source: {path: e.jsonl}}]} |"
            + " evaluation.benchmarks[0].source.path: e.jsonl (expected: an absolute path or URI)",
        "judge: {budget: 5} | judge.prices: missing (expected: the price of each model, without"
            + " which judge.budget means nothing)",
        "judge: {prices: [{model: a}, {model: a}]} | judge.prices[1].model: \"a\" (expected: one"
            + " price for each model)",
        "judge: {prompts: mine} | judge.prompts: mine (expected: an absolute path or URI)",
        "curation: {select: {max_verbosity: 3}} | curation.ratings: false (expected: true, because"
            + " curation.select has limits on ratings)",
        "curation: {ratings: true, select: {min_verbosity: 4, max_verbosity: 3}} |"
            + " curation.select.max_verbosity: 3 (expected: >= its minimum, which is 4)",
        "preference: {min_magnitude: 0.6, max_magnitude: 0.5} | preference.min_magnitude: 0.6"
            + " (expected: <= preference.max_magnitude, which is 0.5)",
        "release: {model: -x} | release.model: \"-x\" (expected: 1 to 64 lower-case letters, digits,"
            + " dots, underscores and hyphens, a letter or digit at both ends)",
        "resources: {gpus: 2000} | resources.gpus: 2000 (expected: >= 0 and <= 1024)",
        "resources: {waiting_deadline_seconds: 0} | resources.waiting_deadline_seconds: 0"
            + " (expected: >= 1)",
      })
  void namesFieldValueAndExpectation(String text, String message) throws SpecException {
    assertThat(messages(SpecReader.read(DATA + text))).containsExactly(message);
  }

  @Test
  void refusesNamesOfFieldsThatAreNotRead() throws SpecException {
    RunSpec spec =
        SpecReader.read("data: {train: [{path: /a, format: gsm8k, fields: {problem: q}}]}");
    assertThat(messages(spec))
        .containsExactly(
            "data.train[0].fields: set with format gsm8k (expected: format fields, the only one"
                + " whose names can be mapped)");
  }

  @Test
  void dataLieOnDiskInS3OrOnTheHub() throws SpecException {
    for (String place :
        new String[] {
          "/a/*.jsonl",
          "file:///a",
          "file:/a",
          "s3://b",
          "s3://b/*",
          "hf://datasets/o/n/*",
          "hf://datasets/o/n",
          "hf://datasets/o/n@v1/a?.jsonl"
        }) {
      assertThat(messages(SpecReader.read("data: {train: [{path: '" + place + "'}]}")))
          .as(place)
          .isEmpty();
    }
    for (String place :
        new String[] {
          "gs://b/k", "s3://", "s3:///k", "hf://datasets/o", "file://host/a", "file://"
        }) {
      assertThat(messages(SpecReader.read("data: {train: [{path: '" + place + "'}]}")))
          .containsExactly(
              "data.train[0].path: "
                  + place
                  + " (expected: an absolute path, a file: URI, s3://... or hf://datasets/...)");
    }
  }

  @Test
  void judgesWhatOnlyAnApiCallerCanSend() throws SpecException {
    RunSpec.Builder spec = SpecReader.read(DATA).toBuilder();
    spec.getPreferenceBuilder().getBetaBuilder().setSmall(Double.POSITIVE_INFINITY);
    spec.getSftBuilder().setEpochs(Double.NaN);
    spec.getPreferenceBuilder()
        .addCorruptersValue(9)
        .addCorrupters(Corrupter.CORRUPTER_UNSPECIFIED);
    assertThat(messages(spec.build()))
        .contains(
            "sft.epochs: NaN (expected: > 0 and <= 1000)",
            "preference.beta.small: Infinity (expected: a finite number)",
            "preference.corrupters[1]: unspecified (expected: one of judge, rules)")
        .anyMatch(message -> message.startsWith("preference.corrupters[0]: "))
        .hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hf://owner/na-me.v1", "hf://owner/name@v1.0", "hf://o/n@refs/pr/1"})
  void aStudentMayBeOnTheHub(String model) throws SpecException {
    assertThat(messages(SpecReader.read(DATA + "\nstudent: {model: '" + model + "'}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\n", "a\r\nCookie: b", "\0", "\u2028"})
  void refusesAHeaderThatBreaksItsLine(String value) throws SpecException {
    RunSpec.Builder spec = SpecReader.read(DATA).toBuilder();
    EndpointSpec.Builder endpoint =
        EndpointSpec.newBuilder()
            .setBaseUrl("http://m/v1")
            .setModel("{model}")
            .addHeaders(EndpointHeader.newBuilder().setName("X-Team").setValue(value));
    spec.getEvaluationBuilder()
        .getEngineBuilder()
        .setKind(EngineKind.ENGINE_KIND_ENDPOINT)
        .setEndpoint(endpoint);

    assertThat(messages(spec.build()))
        .singleElement()
        .asString()
        .startsWith("evaluation.engine.endpoint.headers[0].value: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_url: 'https://user:hunter2@h/v1'",
        "base_url: 'https://h/v1?key=hunter2'",
        "base_url: 'https://h/v1#hunter2'",
        "base_url: 'sk-hunter2https://h/v1'",
        "base_url: http://h/v1, api_key_env: hunter2",
        "base_url: http://h/v1, headers: [{name: X, value: \"hunter2\\n\"}]",
        "base_url: http://h/v1, headers: [{name: 'hunter2:', value: x}]",
        "base_url: http://h/v1, sk-hunter2: x",
      })
  void showsNoKeyOfAnEndpoint(String fields) {
    String endpoint = "endpoint: {" + fields + ", model: '{model}'}";
    String spec =
        DATA
            + "evaluation: {engine: {kind: endpoint, "
            + endpoint
            + "}, benchmarks: [{name: b, source: {path: /b}}]}\n";

    assertThat(SpecCheck.of(spec, List.of(), Path.of("/")))
        .singleElement()
        .asString()
        .doesNotContain("hunter2");
  }

  @Test
  void showsNoPasswordOfALocation() throws SpecException {
    assertThat(messages(SpecReader.read("data: {train: [{path: 'https://u:hunter2@h/a?k=v'}]}")))
        .containsExactly(
            "data.train[0].path: https://...@h/a?... (expected: an absolute path, a file: URI,"
                + " s3://... or hf://datasets/...)");
  }

  @Test
  void aBlankPathIsNoFile() {
    assertThat(SpecCheck.of("data: {train: [{path: ' '}]}", List.of(), Path.of("/specs")))
        .extracting(SpecViolation::toString)
        .containsExactly("data.train[0].path: \" \" (expected: an absolute path or URI)");
  }

  @Test
  void tellsEverythingAtOnce() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            "data: {train: [{path: a}]}\npreference: {beta: {small: 0, large: -1}}\nname: A");
    assertThat(messages(spec)).hasSize(4);
  }

  @Test
  void everyRuleOfTheProtoIsToldInWords() {
    assertThat(expectations(RunSpec.getDescriptor())).isNotEmpty().doesNotContain("");
  }

  private static List<String> expectations(Descriptor type) {
    return type.getFields().stream()
        .flatMap(
            (FieldDescriptor field) ->
                field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    ? expectations(field.getMessageType()).stream()
                    : java.util.stream.Stream.of(RuleExpectation.of(field, true)))
        .toList();
  }

  private List<String> messages(RunSpec spec) {
    return validator.validate(spec).stream().map(SpecViolation::toString).toList();
  }
}
