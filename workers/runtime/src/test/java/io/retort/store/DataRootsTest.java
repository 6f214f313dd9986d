package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataRootsTest {
  private Path folder;
  private DataRoots roots;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary.toRealPath();
    Files.createDirectories(folder.resolve("data/set"));
    Files.createDirectories(folder.resolve("store"));
    Files.createDirectories(folder.resolve("keys"));
    Files.writeString(folder.resolve("keys/id"), "secret");
    Files.writeString(folder.resolve("data/set/a.jsonl"), "{}");
    roots = roots(folder.resolve("data") + " , s3://team/data/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"data", "data/set/a.jsonl", "data/none", "store/models/m", "data/../data"})
  void placesBelowARootAndTheStore(String place) {
    assertThatCode(() -> roots.require("data", folder + "/" + place)).doesNotThrowAnyException();
    assertThatCode(() -> roots.require("data", "file://" + folder + "/" + place))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"keys/id", "keys/none", "", "database", "data/../keys/id"})
  void otherPlacesWhetherThereIsAnythingOrNot(String place) {
    forbidden(folder + "/" + place);
    forbidden("file://" + folder + "/" + place.replace("..", "%2e%2e"));
  }

  @Test
  void aLinkThatLeadsOutIsFollowed() throws IOException {
    Files.createSymbolicLink(folder.resolve("data/inner"), folder.resolve("data/set"));
    Files.createSymbolicLink(folder.resolve("data/set/out"), folder.resolve("keys"));

    assertThatCode(() -> roots.require("data", folder + "/data/inner")).doesNotThrowAnyException();
    assertThat(forbidden(folder + "/data/set/out/id").getOriginalMessage())
        .isEqualTo(
            "data: "
                + folder
                + "/data/set/out/id leads to "
                + folder
                + "/keys/id: the pipeline worker does not allow this location (expected: one"
                + " below s3://team/data, "
                + folder
                + "/store, "
                + folder
                + "/data; the operator of the worker can add others to RETORT_DATA_ROOTS)");
    assertThatThrownBy(() -> roots.requireFolder("student.model", folder + "/data"))
        .hasMessageContaining("student.model: " + folder + "/data/set/out leads to ");
  }

  @Test
  void aRootMayBeALinkItself() throws IOException {
    Files.createSymbolicLink(folder.resolve("mount"), folder.resolve("data"));

    assertThatCode(() -> roots(folder + "/mount").require("data", folder + "/mount/set/a.jsonl"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://team/data", "s3://team/data/", "s3://team/data/x/*.jsonl"})
  void placesBelowAPrefix(String place) {
    assertThatCode(() -> roots.require("data", place)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://team",
        "s3://team/database/x",
        "s3://team/data*",
        "s3://other/data",
        "s3://team/data/../keys/x",
        "s3://team/data/./x"
      })
  void otherPlacesInS3(String place) {
    forbidden(place);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://169.254.169.254/latest",
        "s3://fd00:ec2::254/x",
        "s3://a:80/latest",
        "s3://a/.."
      })
  void addressesAreNoBuckets(String place) {
    assertThatThrownBy(() -> DataRoots.all().require("data", place))
        .hasMessageContaining(place + " (expected: s3://BUCKET/PATH");
  }

  @Test
  void allOfThem() {
    for (String place : new String[] {folder + "/keys/id", "s3://any/where", "/etc/passwd"}) {
      assertThatCode(() -> DataRoots.all().require("data", place)).doesNotThrowAnyException();
      assertThatCode(() -> roots(DataRoots.ALL).require("data", place)).doesNotThrowAnyException();
    }
  }

  @Test
  void withoutTheVariableTheStoreAlone() {
    roots = roots("");

    forbidden(folder + "/data/set/a.jsonl");
    forbidden("s3://team/data");
    assertThatCode(() -> roots.require("data", folder + "/store/x")).doesNotThrowAnyException();
  }

  @Test
  void aRootThatIsNone() {
    assertThatThrownBy(() -> roots("data"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "RETORT_DATA_ROOTS: data (expected: absolute folders and s3://BUCKET/PREFIX, with"
                + " commas between)");
  }

  private ApplicationFailure forbidden(String place) {
    try {
      roots.require("data", place);
    } catch (ApplicationFailure failure) {
      assertThat(failure.getType()).isEqualTo("USER/LOCATION_FORBIDDEN");
      return failure;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError(place + " is allowed");
  }

  private DataRoots roots(String value) {
    return DataRoots.of(
        new Environment(
            Map.of(
                "RETORT_STORE",
                folder.resolve("store").toUri().toString(),
                DataRoots.VARIABLE,
                value)));
  }
}
