package io.retort.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.evaluation.VersionComparer;
import io.retort.output.OutputOptions;
import io.retort.report.RunDifference;
import io.retort.report.RunDifference.ScorePair;
import io.retort.report.RunDifference.ValuePair;
import io.retort.v1.PassAtK;
import java.util.List;
import java.util.Optional;

/** What {@code runs diff} and {@code models diff} print as JSON and YAML. */
final class DifferenceData {
  static JsonNode of(RunDifference difference) {
    ObjectNode data = OutputOptions.object();
    data.put("first", difference.first()).put("second", difference.second());
    fields(data, difference.fields());
    for (ScorePair pair : difference.scores()) {
      ObjectNode score = data.withArray("scores").addObject();
      score.put("model", pair.model()).put("benchmark", pair.benchmark());
      score.set("first", passAtK(pair.first()));
      score.set("second", passAtK(pair.second()));
      score.put("same_problems", pair.comparable());
    }
    data.withArray("scores");
    return data;
  }

  /** Two versions of the registry, by their names. */
  static JsonNode ofVersions(
      String first,
      String second,
      List<ValuePair> fields,
      List<VersionComparer.Difference> paired,
      boolean sameContent) {
    ObjectNode data = OutputOptions.object();
    data.put("first", first).put("second", second);
    fields(data, fields);
    for (VersionComparer.Difference one : paired) {
      ObjectNode comparison = data.withArray("comparisons").addObject();
      comparison.put("benchmark", one.benchmark()).put("not_comparable", one.reason());
      comparison.set("comparison", one.comparison().map(OutputOptions::data).orElse(null));
    }
    data.withArray("comparisons");
    return data.put("same_content", sameContent);
  }

  private static void fields(ObjectNode data, List<ValuePair> fields) {
    for (ValuePair pair : fields) {
      ObjectNode field = data.withArray("spec").addObject();
      field.put("field", pair.path());
      field.put("first", pair.first().orElse(null));
      field.put("second", pair.second().orElse(null));
    }
    data.withArray("spec");
  }

  private static JsonNode passAtK(Optional<PassAtK> value) {
    return value.map(OutputOptions::data).orElseGet(() -> OutputOptions.object().nullNode());
  }

  private DifferenceData() {}
}
