package io.retort.run;

import io.retort.training.TrainerJobs;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ModelSpec;
import io.retort.v1.RunSpec;

/** How a run asks for the digests of its student and of the models that it evaluates. */
public final class ModelInspections {
  /**
   * Whether the student's folder is inspected: a run that trains reads it, and a model of the hub
   * must be downloaded before its tokenizer can count.
   */
  public static boolean readsStudent(RunSpec spec) {
    boolean counts =
        spec.getCuration().getSelect().hasMaxTokens()
            && spec.getStudent().getModel().startsWith("hf://");
    return RunStages.trains(spec) || counts;
  }

  /**
   * @param model as the spec names the student, or with the commit that an earlier inspection named
   */
  public static InspectStudentRequest.Builder student(String model, String storeUri) {
    return InspectStudentRequest.newBuilder().setModelUri(model).setStoreUri(storeUri);
  }

  /** Adds the settings to check against the student's tokenizer, configuration and template. */
  public static InspectStudentRequest.Builder checking(
      InspectStudentRequest.Builder asked, RunSpec spec) {
    return asked
        .setTemplate(TrainerJobs.template(spec))
        .setMaxNewTokens(TrainerJobs.longestAnswer(spec.getEvaluation()))
        .setMaxTruncatedRatio(spec.getSft().getMaxTruncatedRatio())
        .addAllSources(spec.getData().getTrainList());
  }

  /**
   * @param index of the model in the spec
   * @param place of the model: as in the spec, or as an earlier inspection pinned it
   */
  public static InspectStudentRequest.Builder model(int index, String place, String storeUri) {
    return InspectStudentRequest.newBuilder()
        .setModelUri(place)
        .setStoreUri(storeUri)
        .setField("models[" + index + "].model");
  }

  public static EvaluatedModel evaluated(ModelSpec model, InspectStudentResponse found) {
    return EvaluatedModel.newBuilder()
        .setName(model.getName())
        .setModel(model.getModel())
        .setPinnedUri(found.getPinnedUri())
        .setModelUri(found.getModelUri())
        .setSha256(found.getModel().getSha256())
        .setContentSha256(found.getContentSha256())
        .build();
  }

  /** A model that another server serves, which cannot be inspected. */
  public static EvaluatedModel served(ModelSpec model) {
    return EvaluatedModel.newBuilder()
        .setName(model.getName())
        .setEndpoint(model.getEndpoint())
        .build();
  }

  private ModelInspections() {}
}
