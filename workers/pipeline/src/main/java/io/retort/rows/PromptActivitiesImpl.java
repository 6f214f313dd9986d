package io.retort.rows;

import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.JudgeRoles;
import io.retort.layout.RunLayout;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.PromptFile;
import io.retort.v1.RunSpec;
import io.retort.v1.SnapshotPromptsRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Copies a spec's prompt files into the run's folder after the judge workers have validated them.
 */
public final class PromptActivitiesImpl implements PromptActivities {
  private final Store store;
  private final JudgeClient judge;
  private final DataRoots roots;
  private final List<RowStage> stages;

  /**
   * @param roots allowed locations of the folder of prompts
   * @param stages that use the prompts
   */
  public PromptActivitiesImpl(Store store, JudgeClient judge, DataRoots roots, RowStage... stages) {
    this.store = store;
    this.judge = judge;
    this.roots = roots;
    this.stages = List.of(stages);
  }

  @Override
  public void snapshotPrompts(SnapshotPromptsRequest request) {
    RunSpec spec = request.getRun().getSpec();
    try {
      List<PromptFile> files = PromptReplacements.read(roots, spec.getJudge().getPrompts());
      for (String endpoint : endpoints(spec)) {
        judge.describe(endpoint, files);
      }
      String snapshot = RunLayout.of(request.getRun()).prompts();
      // Files of an earlier attempt, from a folder that has changed since.
      store.delete(snapshot);
      for (PromptFile file : files) {
        byte[] text = file.getText().getBytes(StandardCharsets.UTF_8);
        store.write(Store.resolve(snapshot, file.getName()), output -> output.write(text));
      }
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private Set<String> endpoints(RunSpec spec) {
    JudgeRoles roles = new JudgeRoles(spec);
    return stages.stream()
        .flatMap(stage -> stage.methods(spec).stream())
        .map(roles::endpoint)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
