package io.retort.spec;

import io.retort.run.RunStages;
import io.retort.v1.Batching;
import io.retort.v1.BetaSpec;
import io.retort.v1.CacheMode;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.CurationSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.DifficultySignal;
import io.retort.v1.DistributedStrategy;
import io.retort.v1.FieldMapping;
import io.retort.v1.FilterSpec;
import io.retort.v1.FollowSpec;
import io.retort.v1.JudgeSpec;
import io.retort.v1.JudgeSpecOrBuilder;
import io.retort.v1.LastStage;
import io.retort.v1.LoraSpec;
import io.retort.v1.ModelPrice;
import io.retort.v1.PlacementStrategy;
import io.retort.v1.PreferenceObjective;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RoleSpec;
import io.retort.v1.RolesSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentSpec;
import io.retort.v1.TraceFormat;
import io.retort.v1.TrainingSpec;
import io.retort.worker.Environment;
import java.util.Arrays;
import java.util.List;

/**
 * Fills in every default that the comments of the proto promise. What has no default (limits,
 * {@code max_steps}, {@code lora}) stays unset.
 *
 * @param studentModel folder of the default student, empty where there is none
 */
public record SpecDefaults(String studentModel) {
  public static final String SYSTEM_PROMPT =
      "Your role as an assistant involves thoroughly exploring questions through a systematic long"
          + " thinking process before providing the final precise and accurate solutions.";

  private static final String NAME = "run";
  private static final int SEED = 42;
  private static final int PATIENCE_SECONDS = 86_400;

  /** The default student is {@code RETORT_STUDENT_MODEL}. */
  public static SpecDefaults from(Environment environment) {
    return new SpecDefaults(environment.get("RETORT_STUDENT_MODEL", ""));
  }

  /**
   * @param spec one that {@link SpecValidator} has nothing to say about
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
    RunSpec.Builder builder = BenchmarkPresets.expand(spec).toBuilder();
    if (!spec.hasName()) {
      builder.setName(NAME);
    }
    if (!spec.hasTeam()) {
      builder.setTeam("default");
    }
    if (!spec.hasSeed()) {
      builder.setSeed(SEED);
    }
    student(builder.getStudentBuilder());
    builder.getDataBuilder().getTrainBuilderList().forEach(SpecDefaults::source);
    if (!spec.getData().hasShardRows()) {
      builder.getDataBuilder().setShardRows(512);
    }
    filters(builder.getDataBuilder().getFiltersBuilder());
    judge(builder.getJudgeBuilder());
    curation(builder.getCurationBuilder());
    boolean onGpu = spec.getResources().getGpus() > 0;
    sft(builder.getSftBuilder(), onGpu);
    preference(builder.getPreferenceBuilder());
    cogpo(builder.getCogpoBuilder(), onGpu);
    EvaluationDefaults.fill(builder.getEvaluationBuilder());
    release(builder.getReleaseBuilder(), builder.getName());
    resources(builder.getResourcesBuilder());
    if (!spec.hasLastStage()) {
      builder.setLastStage(LastStage.LAST_STAGE_RELEASE);
    }
    if (!spec.hasPriority()) {
      builder.setPriority(3);
    }
    if (!spec.hasPatienceSeconds()) {
      builder.setPatienceSeconds(PATIENCE_SECONDS);
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
    if (!student.hasMaxLength()) {
      student.setMaxLength(1024);
    }
    if (!student.hasSystemPrompt()) {
      student.setSystemPrompt(SYSTEM_PROMPT);
    }
    if (!student.hasTraceFormat()) {
      student.setTraceFormat(TraceFormat.TRACE_FORMAT_THINK);
    }
    if (!student.hasSize()) {
      student.setSize("135M");
    }
    if (!student.hasEndpoint()) {
      student.setEndpoint("student");
    }
  }

  static void source(DataSource.Builder source) {
    if (!source.hasFormat()) {
      source.setFormat(
          source.hasFields() ? DataFormat.DATA_FORMAT_FIELDS : DataFormat.DATA_FORMAT_AUTO);
    }
    if (source.getFormat() == DataFormat.DATA_FORMAT_FIELDS) {
      FieldMapping.Builder fields = source.getFieldsBuilder();
      if (!fields.hasProblem()) {
        fields.setProblem("problem");
      }
      if (!fields.hasChain()) {
        fields.setChain("chain");
      }
      if (!fields.hasAnswer()) {
        fields.setAnswer("answer");
      }
    }
  }

  private static void filters(FilterSpec.Builder filters) {
    if (!filters.hasMinProblemCharacters()) {
      filters.setMinProblemCharacters(1);
    }
    if (!filters.hasMinChainCharacters()) {
      filters.setMinChainCharacters(0);
    }
    if (!filters.hasDecontaminationWords()) {
      filters.setDecontaminationWords(13);
    }
  }

  private static void judge(JudgeSpec.Builder judge) {
    if (!judge.hasEndpoint()) {
      judge.setEndpoint("judge");
    }
    if (!judge.hasTemperature()) {
      judge.setTemperature(0);
    }
    if (!judge.hasMaxTokens()) {
      judge.setMaxTokens(2048);
    }
    if (!judge.hasConcurrency()) {
      judge.setConcurrency(16);
    }
    RolesSpec.Builder roles = judge.getRolesBuilder();
    role(roles.getEvaluateBuilder(), judge);
    role(roles.getImproveBuilder(), judge);
    role(roles.getValidateBuilder(), judge);
    role(roles.getCorruptBuilder(), judge);
    role(roles.getRateBuilder(), judge);
    for (ModelPrice.Builder price : judge.getPricesBuilderList()) {
      if (!price.hasPrompt()) {
        price.setPrompt(0);
      }
      if (!price.hasCompletion()) {
        price.setCompletion(0);
      }
    }
    if (!judge.hasCache()) {
      judge.setCache(CacheMode.CACHE_MODE_USE);
    }
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

  private static void curation(CurationSpec.Builder curation) {
    if (!curation.hasDifficulty()) {
      curation.setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_JUDGE);
    }
    if (!curation.hasMaxRounds()) {
      curation.setMaxRounds(3);
    }
    FollowSpec.Builder follow = curation.getFollowBuilder();
    if (!follow.hasSamples()) {
      follow.setSamples(2);
    }
    if (!follow.hasThreshold()) {
      follow.setThreshold(0.5);
    }
    if (!follow.hasMaxTokens()) {
      follow.setMaxTokens(64);
    }
    if (!curation.hasLlmValidation()) {
      curation.setLlmValidation(true);
    }
    if (!curation.hasShardsInFlight()) {
      curation.setShardsInFlight(4);
    }
    if (!curation.hasRatings()) {
      curation.setRatings(false);
    }
  }

  private static void sft(TrainingSpec.Builder sft, boolean onGpu) {
    training(sft, 3, sft.hasLora() ? 2e-4 : 2e-5, 0.05, onGpu);
  }

  private static void cogpo(TrainingSpec.Builder cogpo, boolean onGpu) {
    training(cogpo, 1, cogpo.hasLora() ? 5e-6 : 1e-6, 0, onGpu);
    if (!cogpo.hasLabelSmoothing()) {
      cogpo.setLabelSmoothing(0);
    }
    if (!cogpo.hasObjective()) {
      cogpo.setObjective(PreferenceObjective.PREFERENCE_OBJECTIVE_COGPO);
    }
    if (cogpo.getObjective() == PreferenceObjective.PREFERENCE_OBJECTIVE_DPO && !cogpo.hasBeta()) {
      cogpo.setBeta(0.1);
    }
  }

  private static void training(
      TrainingSpec.Builder training,
      double epochs,
      double learningRate,
      double weightDecay,
      boolean onGpu) {
    if (!training.hasEpochs()) {
      training.setEpochs(epochs);
    }
    if (!training.hasLearningRate()) {
      training.setLearningRate(learningRate);
    }
    if (!training.hasWarmupRatio()) {
      training.setWarmupRatio(0.1);
    }
    if (!training.hasWeightDecay()) {
      training.setWeightDecay(weightDecay);
    }
    if (!training.hasPerDeviceBatchSize()) {
      training.setPerDeviceBatchSize(1);
    }
    if (!training.hasGradientAccumulationSteps()) {
      training.setGradientAccumulationSteps(8);
    }
    if (!training.hasCheckpointSteps()) {
      training.setCheckpointSteps(50);
    }
    if (!training.hasMaxTruncatedRatio()) {
      training.setMaxTruncatedRatio(0.01);
    }
    if (!training.hasBatching()) {
      training.setBatching(Batching.BATCHING_AUTO);
    }
    if (!training.hasActivationCheckpointing()) {
      training.setActivationCheckpointing(onGpu);
    }
    if (!training.hasLiger()) {
      training.setLiger(true);
    }
    if (!training.hasValidationRatio()) {
      training.setValidationRatio(0);
    }
    if (!training.hasValidationSteps()) {
      training.setValidationSteps(training.getCheckpointSteps());
    }
    if (!training.hasEarlyStoppingPatience()) {
      training.setEarlyStoppingPatience(0);
    }
    if (!training.hasCheckpointsKept()) {
      training.setCheckpointsKept(2);
    }
    if (!training.hasStrategy()) {
      training.setStrategy(DistributedStrategy.DISTRIBUTED_STRATEGY_DDP);
    }
    if (!training.hasHalveBatchOnOutOfMemory()) {
      training.setHalveBatchOnOutOfMemory(false);
    }
    if (training.hasLora()) {
      lora(training.getLoraBuilder());
    }
  }

  private static void lora(LoraSpec.Builder lora) {
    if (!lora.hasRank()) {
      lora.setRank(16);
    }
    if (!lora.hasAlpha()) {
      lora.setAlpha(2 * lora.getRank());
    }
    if (!lora.hasDropout()) {
      lora.setDropout(0);
    }
    if (!lora.hasQuantize()) {
      lora.setQuantize(false);
    }
  }

  private static void preference(PreferenceSpec.Builder preference) {
    BetaSpec.Builder beta = preference.getBetaBuilder();
    if (!beta.hasSmall()) {
      beta.setSmall(0.1);
    }
    if (!beta.hasMedium()) {
      beta.setMedium(0.2);
    }
    if (!beta.hasLarge()) {
      beta.setLarge(0.5);
    }
    if (preference.getCorruptersCount() == 0) {
      preference.addCorrupters(Corrupter.CORRUPTER_JUDGE).addCorrupters(Corrupter.CORRUPTER_RULES);
    }
    if (!preference.hasMaxPairsPerProblem()) {
      preference.setMaxPairsPerProblem(3);
    }
    if (preference.getKindsCount() == 0) {
      Arrays.stream(CorruptionKind.values())
          .filter(kind -> kind != CorruptionKind.CORRUPTION_KIND_UNSPECIFIED)
          .filter(kind -> kind != CorruptionKind.UNRECOGNIZED)
          .forEach(preference::addKinds);
    }
    if (!preference.hasMinMagnitude()) {
      preference.setMinMagnitude(0);
    }
    if (!preference.hasMaxMagnitude()) {
      preference.setMaxMagnitude(1);
    }
    if (!preference.hasBalanceGaps()) {
      preference.setBalanceGaps(false);
    }
  }

  private static void release(ReleaseSpec.Builder release, String runName) {
    if (!release.hasModel()) {
      release.setModel(runName);
    }
    if (!release.hasAlias()) {
      release.setAlias("latest");
    }
  }

  private static void resources(ResourceSpec.Builder resources) {
    if (!resources.hasGpus()) {
      resources.setGpus(0);
    }
    if (!resources.hasCpus()) {
      resources.setCpus(1);
    }
    if (!resources.hasWaitingDeadlineSeconds()) {
      resources.setWaitingDeadlineSeconds(3600);
    }
    if (!resources.hasActiveDeadlineSeconds()) {
      resources.setActiveDeadlineSeconds(86400);
    }
    if (!resources.hasRanks()) {
      resources.setRanks(1);
    }
    if (!resources.hasMemoryGib()) {
      resources.setMemoryGib(0);
    }
    if (!resources.hasPlacement()) {
      resources.setPlacement(PlacementStrategy.PLACEMENT_STRATEGY_PACK);
    }
    if (!resources.hasAllowAutoscaling()) {
      resources.setAllowAutoscaling(false);
    }
  }
}
