package io.retort.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.run.RunStages;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CorruptionKind;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.Dtype;
import io.retort.v1.EngineKind;
import io.retort.v1.EngineSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.FieldMapping;
import io.retort.v1.JudgeSpec;
import io.retort.v1.JudgeSpecOrBuilder;
import io.retort.v1.LoraSpec;
import io.retort.v1.PreferenceObjective;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RoleSpec;
import io.retort.v1.RolesSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentSpec;
import io.retort.v1.TrainingSpec;
import io.retort.worker.Environment;
import java.util.Arrays;
import java.util.List;

/**
 * Fills in every default of a spec: those that the contract gives as options of its fields, and
 * those that depend on other fields. What has no default (limits, {@code max_steps}, {@code lora})
 * stays unset.
 *
 * @param studentModel folder of the default student, empty where there is none
 */
public record SpecDefaults(String studentModel) {
  /** The default student is {@code RETORT_STUDENT_MODEL}. */
  public static SpecDefaults from(Environment environment) {
    return new SpecDefaults(environment.get("RETORT_STUDENT_MODEL", ""));
  }

  /** Answers sampled for a problem of a benchmark that does not say how many. */
  static int benchmarkSamples() {
    FieldDescriptor samples =
        FieldDefaults.field(BenchmarkSpec.getDescriptor(), BenchmarkSpec.SAMPLES_FIELD_NUMBER);
    return (Integer) FieldDefaults.of(samples);
  }

  /**
   * @param spec one in which {@link SpecValidator} finds no violation
   * @throws SpecException where the run needs a student, none is named and there is no default one
   */
  public RunSpec fill(RunSpec spec) throws SpecException {
    if (needsStudent(spec) && !spec.getStudent().hasModel() && studentModel.isEmpty()) {
      throw new SpecException(
          List.of(
              SpecViolation.missing(
                  "student.model",
                  "folder of a model in Hugging Face layout, or RETORT_STUDENT_MODEL in the control"
                      + " plane's environment")));
    }
    // Before the contract's defaults: a field of a built-in benchmark goes before them.
    RunSpec.Builder builder = BenchmarkPresets.expand(spec).toBuilder();
    FieldDefaults.fill(builder);
    student(builder.getStudentBuilder());
    builder.getDataBuilder().getTrainBuilderList().forEach(SpecDefaults::source);
    roles(builder.getJudgeBuilder());
    boolean onGpu = builder.getResources().getGpus() > 0;
    training(builder.getSftBuilder(), onGpu);
    training(builder.getCogpoBuilder(), onGpu);
    beta(builder.getCogpoBuilder());
    kinds(builder.getPreferenceBuilder());
    benchmarks(builder.getEvaluationBuilder());
    engine(builder.getEvaluationBuilder().getEngineBuilder(), onGpu);
    if (!builder.getRelease().hasModel()) {
      builder.getReleaseBuilder().setModel(builder.getName());
    }
    return builder.build();
  }

  /** Training starts from it, and tokens are counted by its tokenizer. */
  private static boolean needsStudent(RunSpec spec) {
    return RunStages.trains(spec) || spec.getCuration().getSelect().hasMaxTokens();
  }

  private void student(StudentSpec.Builder student) {
    if (!student.hasModel() && !studentModel.isEmpty()) {
      student.setModel(studentModel);
    }
  }

  private static void source(DataSource.Builder source) {
    if (!source.hasFormat()) {
      source.setFormat(
          source.hasFields() ? DataFormat.DATA_FORMAT_FIELDS : DataFormat.DATA_FORMAT_AUTO);
    }
    if (source.getFormat() == DataFormat.DATA_FORMAT_FIELDS) {
      FieldMapping.Builder fields = source.getFieldsBuilder();
      for (int number :
          List.of(
              FieldMapping.PROBLEM_FIELD_NUMBER,
              FieldMapping.CHAIN_FIELD_NUMBER,
              FieldMapping.ANSWER_FIELD_NUMBER)) {
        FieldDefaults.set(fields, FieldDefaults.field(FieldMapping.getDescriptor(), number));
      }
    }
  }

  private static void roles(JudgeSpec.Builder judge) {
    RolesSpec.Builder roles = judge.getRolesBuilder();
    role(roles.getEvaluateBuilder(), judge);
    role(roles.getImproveBuilder(), judge);
    role(roles.getValidateBuilder(), judge);
    role(roles.getCorruptBuilder(), judge);
    role(roles.getRateBuilder(), judge);
  }

  private static void role(RoleSpec.Builder role, JudgeSpecOrBuilder judge) {
    if (!role.hasEndpoint()) {
      role.setEndpoint(judge.getEndpoint());
    }
    if (!role.hasTemperature()) {
      role.setTemperature(judge.getTemperature());
    }
    if (!role.hasMaxTokens()) {
      role.setMaxTokens(judge.getMaxTokens());
    }
  }

  private static void training(TrainingSpec.Builder training, boolean onGpu) {
    if (!training.hasActivationCheckpointing()) {
      training.setActivationCheckpointing(onGpu);
    }
    if (!training.hasValidationSteps()) {
      training.setValidationSteps(training.getCheckpointSteps());
    }
    if (training.hasLora() && !training.getLora().hasAlpha()) {
      LoraSpec.Builder lora = training.getLoraBuilder();
      lora.setAlpha(2 * lora.getRank());
    }
  }

  private static void beta(TrainingSpec.Builder cogpo) {
    if (cogpo.getObjective() == PreferenceObjective.PREFERENCE_OBJECTIVE_DPO) {
      FieldDefaults.set(
          cogpo, FieldDefaults.field(TrainingSpec.getDescriptor(), TrainingSpec.BETA_FIELD_NUMBER));
    }
  }

  private static void kinds(PreferenceSpec.Builder preference) {
    if (preference.getKindsCount() == 0) {
      Arrays.stream(CorruptionKind.values())
          .filter(kind -> kind != CorruptionKind.CORRUPTION_KIND_UNSPECIFIED)
          .filter(kind -> kind != CorruptionKind.UNRECOGNIZED)
          .forEach(preference::addKinds);
    }
  }

  private static void engine(EngineSpec.Builder engine, boolean onGpu) {
    if (!engine.hasDtype() && engine.getKind() != EngineKind.ENGINE_KIND_ENDPOINT) {
      engine.setDtype(onGpu ? Dtype.DTYPE_BFLOAT16 : Dtype.DTYPE_FLOAT32);
    }
  }

  private static void benchmarks(EvaluationSpec.Builder evaluation) {
    for (BenchmarkSpec.Builder benchmark : evaluation.getBenchmarksBuilderList()) {
      source(benchmark.getSourceBuilder());
      if (benchmark.getKCount() == 0) {
        benchmark.addK(1);
        if (benchmark.getSamples() > 1) {
          benchmark.addK(benchmark.getSamples());
        }
      }
      if (!benchmark.hasTemperature()) {
        benchmark.setTemperature(evaluation.getTemperature());
      }
      if (!benchmark.hasTopP()) {
        benchmark.setTopP(evaluation.getTopP());
      }
      if (!benchmark.hasMaxNewTokens()) {
        benchmark.setMaxNewTokens(evaluation.getMaxNewTokens());
      }
    }
  }
}
