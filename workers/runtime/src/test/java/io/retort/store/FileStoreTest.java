package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FileStoreTest extends StoreContract {
  @Override
  String emptyFolder() {
    return temporary().toUri().toString();
  }

  @Override
  Store open(String folderUri) {
    return Store.open(folderUri);
  }

  @Override
  List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(temporary())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void refusesSchemesThatItDoesNotServe() {
    assertThatThrownBy(() -> Store.open("gs://bucket"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "store: gs://bucket (expected: an absolute URI that begins with file:/ or s3://)");
    assertThatThrownBy(() -> store().read("/etc/hostname"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: an absolute URI that begins with file:/");
  }

  @Test
  void tellsWhenAFolderCannotBeMade() throws IOException {
    store().write(uri("object"), bytes("a file, no folder"));

    assertThatThrownBy(() -> store().write(uri("object/below"), bytes("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("object");
    assertThatThrownBy(() -> store().writeIfAbsent(uri("object/below"), bytes("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("object");
    assertThatThrownBy(
            () -> store().update(uri("object/below"), current -> Optional.of(new byte[1])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("object");
  }

  @Test
  void servesNamesWithBlanksAndLettersBeyondAscii() throws IOException {
    Path odd = Files.createDirectory(temporary().resolve("Übung 100% #1"));
    String uri = Store.resolve(odd.toUri().toString(), "object");

    store().write(uri, bytes("x"));

    assertThat(odd.resolve("object")).hasContent("x");
    assertThat(store().list(odd.toUri().toString())).containsExactly("object");
  }

  @Test
  void listsNamesInOrderWithoutItsOwnTemporaryFiles() throws IOException {
    store().write(uri("runs/b"), bytes("x"));
    store().write(uri("runs/a/deep"), bytes("x"));
    store().update(uri("runs/c"), current -> Optional.of(new byte[1]));
    Files.createFile(temporary().resolve("runs/.writing-left-by-a-killed-process"));
    Files.createFile(temporary().resolve("runs/.c.trainer-is-writing"));

    assertThat(store().list(uri("runs"))).containsExactly("a", "b", "c");
    assertThat(store().list(uri("absent"))).isEmpty();
    assertThat(store().list(uri("runs/b"))).isEmpty();
  }

  @Test
  void deletesALinkButNotWhatItLeadsTo() throws IOException {
    store().write(uri("kept/object"), bytes("x"));
    Files.createDirectories(temporary().resolve("run"));
    Files.createSymbolicLink(temporary().resolve("run/link"), temporary().resolve("kept"));

    store().delete(uri("run"));

    assertThat(read("kept/object")).isEqualTo("x");
    assertThat(store().exists(uri("run"))).isFalse();
  }
}
