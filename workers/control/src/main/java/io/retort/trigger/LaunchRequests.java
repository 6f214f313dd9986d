package io.retort.trigger;

import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.DataSource;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetrainTemplate;
import io.retort.v1.RunSpec;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerLaunch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests that a trigger makes. */
final class LaunchRequests {
  private static final BaseEncoding BASE_32 = BaseEncoding.base32().lowerCase().omitPadding();

  /**
   * @param appended training files besides those that parameters name
   */
  static TriggerLaunch of(TriggerConfig config, ParameterValues values, List<DataSource> appended) {
    LaunchTemplate template = config.getLaunch();
    List<DataSource> sources = new ArrayList<>(appended);
    Map<String, String> labels = new HashMap<>(template.getLabelsMap());
    RunSpec.Builder spec =
        (template.hasRetrain() ? template.getRetrain().getChanges() : template.getSpec())
            .toBuilder();
    List<String> changed = new ArrayList<>();
    values
        .values()
        .forEach(
            (target, value) -> {
              if (target instanceof TriggerTarget.SpecField field) {
                field.set(spec, value);
                changed.add(field.path());
              } else if (target instanceof TriggerTarget.Label label) {
                labels.put(label.key(), (String) value);
              } else {
                sources.add(DataSource.newBuilder().setPath((String) value).build());
              }
            });
    labels.put(TriggerLabel.KEY, config.getName());
    if (template.hasRetrain()) {
      return retrain(template, spec.build(), changed, sources, labels);
    }
    if (!sources.isEmpty()) {
      spec.getDataBuilder().addAllTrain(sources);
    }
    return TriggerLaunch.newBuilder()
        .setCreate(
            CreateRunRequest.newBuilder()
                .setSpec(spec)
                .setLane(template.getLane())
                .putAllLabels(labels)
                .setNote(template.getNote()))
        .build();
  }

  /** The launch under the id of an event, so that the same event launches one run. */
  static TriggerLaunch identified(TriggerLaunch launch, String trigger, String firingId) {
    String id =
        "trigger-"
            + BASE_32.encode(
                Hashing.sha256()
                    .hashString(trigger + "\n" + firingId, StandardCharsets.UTF_8)
                    .asBytes());
    TriggerLaunch.Builder identified = launch.toBuilder();
    if (launch.hasRetrain()) {
      identified.getRetrainBuilder().setRequestId(id);
    } else {
      identified.getCreateBuilder().setRequestId(id);
    }
    return identified.build();
  }

  private static TriggerLaunch retrain(
      LaunchTemplate template,
      RunSpec changes,
      List<String> changed,
      List<DataSource> appended,
      Map<String, String> labels) {
    RetrainTemplate asked = template.getRetrain();
    RetrainRunRequest.Builder request =
        RetrainRunRequest.newBuilder()
            .setRunId(asked.getRunId())
            .setModel(asked.getModel())
            .setChanges(changes)
            .setUpdateMask(asked.getUpdateMask())
            .addAllAppendTrain(asked.getAppendTrainList())
            .addAllAppendTrain(appended)
            .setFromStage(asked.getFromStage())
            .setLane(template.getLane())
            .putAllLabels(labels)
            .setNote(template.getNote());
    request.getUpdateMaskBuilder().addAllPaths(changed);
    return TriggerLaunch.newBuilder().setRetrain(request).build();
  }

  private LaunchRequests() {}
}
