package io.retort.spec;

import io.retort.v1.PublishedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What others have published of public models: one resource {@code /published/NAME.yaml} for each,
 * with the fields of a {@link PublishedModel}.
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
    String resource = "/published/" + name + ".yaml";
    try (InputStream input = PublishedModels.class.getResourceAsStream(resource)) {
      if (input == null) {
        throw new IllegalStateException(resource + ": not found (expected: a file of the jar)");
      }
      PublishedModel.Builder model = PublishedModel.newBuilder();
      SpecMapper mapper = new SpecMapper();
      mapper.fill(
          model,
          SpecText.parse(new String(input.readAllBytes(), StandardCharsets.UTF_8)),
          resource);
      SpecException.throwIfAny(mapper.violations());
      return model.build();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    } catch (SpecException e) {
      throw new IllegalStateException(resource, e);
    }
  }

  private PublishedModels() {}
}
