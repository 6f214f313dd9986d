package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class LatestOnlyTest {
  private final LatestOnly<String> plans = new LatestOnly<>();
  private final List<CompletableFuture<String>> started = new ArrayList<>();

  @Test
  void ofManyThatComeMeanwhileOnlyTheNewestIsDone() {
    CompletableFuture<Optional<String>> first = submit("form");
    List<CompletableFuture<Optional<String>>> later = new ArrayList<>();
    for (int key = 0; key < 1000; key++) {
      later.add(submit("form"));
    }

    assertThat(started).hasSize(1);
    assertThat(later.subList(0, 999))
        .allSatisfy(one -> assertThat(one).isCompletedWithValue(Optional.empty()));
    started.get(0).complete("first");
    assertThat(started).hasSize(2);
    started.get(1).complete("newest");

    assertThat(first.join()).contains("first");
    assertThat(later.get(999).join()).contains("newest");
    assertThat(plans.busyKeys()).as("nothing is kept").isZero();
  }

  @Test
  void formsDoNotWaitForEachOther() {
    CompletableFuture<Optional<String>> one = submit("one");
    CompletableFuture<Optional<String>> other = submit("other");
    started.get(1).complete("b");

    assertThat(other.join()).contains("b");
    assertThat(one).isNotDone();
  }

  @Test
  void aFailureLetsTheNextStart() {
    CompletableFuture<Optional<String>> first = submit("form");
    CompletableFuture<Optional<String>> second = submit("form");
    started.get(0).completeExceptionally(new IllegalStateException("refused"));
    started.get(1).complete("b");

    assertThatThrownBy(first::join)
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage("refused");
    assertThat(second.join()).contains("b");
    CompletableFuture<Optional<String>> third =
        plans.submit(
            "form",
            Runnable::run,
            () -> {
              throw new IllegalStateException("thrown");
            });
    assertThatThrownBy(third::join).hasRootCauseMessage("thrown");
    assertThat(plans.busyKeys()).isZero();
  }

  private CompletableFuture<Optional<String>> submit(String key) {
    return plans.submit(
        key,
        Runnable::run,
        () -> {
          CompletableFuture<String> work = new CompletableFuture<>();
          started.add(work);
          return work;
        });
  }
}
