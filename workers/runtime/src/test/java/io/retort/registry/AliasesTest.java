package io.retort.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.retort.store.Store;
import io.retort.v1.AliasChange;
import io.retort.v1.AliasChangeKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliasesTest {
  private String root = "";
  private Store store = Store.open("file:///");
  private Aliases aliases = new Aliases(store, root, "smol");

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString();
    store = Store.open(root);
    aliases = new Aliases(store, root, "smol");
  }

  @Test
  void keepsWhoMovedAnAliasAndWhy() throws Exception {
    aliases.moveForwards(change(1).setRunId("run-a").build(), OptionalInt.empty());
    AliasChange promoted =
        aliases.promote(change(3).setActor("ann").setReason("beats v1 on math").build(), 1);

    assertThat(aliases.read().getVersionsMap()).containsOnly(entry("latest", 3));
    assertThat(aliases.read().getHistoryList())
        .containsExactly(
            change(1).setRunId("run-a").setKind(AliasChangeKind.ALIAS_CHANGE_KIND_RELEASE).build(),
            promoted);
    assertThat(promoted.getFromVersion()).isEqualTo(1);
    assertThat(promoted.getKind()).isEqualTo(AliasChangeKind.ALIAS_CHANGE_KIND_PROMOTE);
  }

  @Test
  void rollsBackStepByStepAndNotForwardsAgain() throws Exception {
    for (int version = 1; version <= 3; version++) {
      aliases.moveForwards(change(version).build(), OptionalInt.empty());
    }

    assertThat(aliases.rollBack(change(0).build(), 3).getToVersion()).isEqualTo(2);
    assertThat(aliases.rollBack(change(0).build(), 0).getToVersion()).isEqualTo(1);
    assertThatThrownBy(() -> aliases.rollBack(change(0).build(), 0))
        .isInstanceOf(AliasException.class)
        .hasMessage(
            "alias latest of model smol: it names version 1 and has no version before (expected:"
                + " an alias that was moved)");
  }

  @Test
  void aRunDoesNotUndoARollBackButANewVersionMovesTheAlias() throws Exception {
    aliases.moveForwards(change(1).build(), OptionalInt.empty());
    aliases.moveForwards(change(2).build(), OptionalInt.empty());
    AliasChange unused = aliases.rollBack(change(0).build(), 0);

    assertThat(aliases.moveForwards(change(2).build(), OptionalInt.empty())).isEqualTo(1);
    assertThat(aliases.moveForwards(change(3).build(), OptionalInt.empty())).isEqualTo(3);
  }

  @Test
  void aRunMovesAnAliasOnlyFromWhereItExpectsIt() throws Exception {
    assertThat(aliases.moveForwards(change(2).build(), OptionalInt.of(1))).isZero();
    assertThat(aliases.moveForwards(change(2).build(), OptionalInt.of(0))).isEqualTo(2);
    assertThat(aliases.moveForwards(change(3).build(), OptionalInt.of(1))).isEqualTo(2);
    assertThat(aliases.moveForwards(change(3).build(), OptionalInt.of(2))).isEqualTo(3);
    // A repeated attempt finds its own move.
    assertThat(aliases.moveForwards(change(3).build(), OptionalInt.of(2))).isEqualTo(3);
  }

  @Test
  void refusesAChangeOfWhatStandsElsewhere() throws Exception {
    aliases.moveForwards(change(2).build(), OptionalInt.empty());

    assertThatThrownBy(() -> aliases.promote(change(3).build(), 1))
        .isInstanceOf(AliasException.class)
        .hasMessage("alias latest of model smol: it names version 2 (expected: version 1)");
    assertThatThrownBy(() -> aliases.rollBack(change(0).setAlias("prod").build(), 1))
        .hasMessage("alias prod of model smol: there is none (expected: version 1)");
    assertThat(aliases.read().getHistoryCount()).isEqualTo(1);
  }

  @Test
  void readsAliasesOfBeforeTheHistory() throws Exception {
    store.write(
        Store.resolve(root, "models/smol/aliases.json"),
        output -> output.write("{\"latest\": 2, \"history\": 1}".getBytes(StandardCharsets.UTF_8)));

    assertThat(aliases.read().getVersionsMap())
        .containsOnly(entry("latest", 2), entry("history", 1));
    aliases.moveForwards(change(3).build(), OptionalInt.empty());
    assertThat(aliases.read().getVersionsMap())
        .containsOnly(entry("latest", 3), entry("history", 1));
    assertThat(aliases.rollBack(change(0).build(), 0).getToVersion()).isEqualTo(2);
  }

  @Test
  void losesNoChangeOfSeveralWriters() throws Exception {
    int writers = 8;
    CyclicBarrier start = new CyclicBarrier(writers);
    ExecutorService executor = Executors.newFixedThreadPool(writers);
    try {
      List<Callable<AliasChange>> calls = new ArrayList<>();
      for (int writer = 1; writer <= writers; writer++) {
        AliasChange change = change(writer).build();
        calls.add(
            () -> {
              start.await();
              return new Aliases(Store.open(root), root, "smol").promote(change, 0);
            });
      }
      for (Future<AliasChange> result : executor.invokeAll(calls)) {
        assertThat(result.get().getToVersion()).isPositive();
      }
    } finally {
      executor.shutdownNow();
    }

    List<AliasChange> history = aliases.read().getHistoryList();
    assertThat(history).hasSize(writers);
    int standing = 0;
    for (AliasChange change : history) {
      assertThat(change.getFromVersion()).isEqualTo(standing);
      standing = change.getToVersion();
    }
    assertThat(aliases.read().getVersionsMap()).containsOnly(entry("latest", standing));
  }

  private static AliasChange.Builder change(int version) {
    return AliasChange.newBuilder().setAlias("latest").setToVersion(version);
  }
}
