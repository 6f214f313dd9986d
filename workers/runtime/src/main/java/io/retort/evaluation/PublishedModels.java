package io.retort.evaluation;

import com.google.protobuf.util.JsonFormat;
import io.retort.v1.PublishedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Figures that others published of public models: one resource {@code /published/NAME.json} for
 * each, a {@link PublishedModel}. Of the model cards' own figures the number of answers is unknown.
 */
public final class PublishedModels {
  private static final List<String> NAMES =
      List.of(
          "r1-distill-qwen-1.5b",
          "r1-distill-qwen-7b",
          "r1-distill-qwen-14b",
          "r1-distill-qwen-32b");

  private static final List<PublishedModel> ALL =
      NAMES.stream().map(PublishedModels::read).toList();

  public static List<PublishedModel> all() {
    return ALL;
  }

  /**
   * @param model {@code OWNER/NAME} of the hub
   */
  public static Optional<PublishedModel> find(String model) {
    return ALL.stream().filter(known -> known.getModel().equals(model)).findFirst();
  }

  private static PublishedModel read(String name) {
    String resource = "/published/" + name + ".json";
    try (InputStream input = PublishedModels.class.getResourceAsStream(resource)) {
      if (input == null) {
        throw new IllegalStateException(resource + ": not found (expected: a file of the jar)");
      }
      PublishedModel.Builder model = PublishedModel.newBuilder();
      JsonFormat.parser().merge(new String(input.readAllBytes(), StandardCharsets.UTF_8), model);
      return model.build();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  private PublishedModels() {}
}
