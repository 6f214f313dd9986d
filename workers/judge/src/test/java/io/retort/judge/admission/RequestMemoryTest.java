package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.FailureCategory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {
  private static final int KIB = 1 << 10;

  private final RequestMemory memory = new RequestMemory(100 * KIB);

  @Test
  void aRequestHoldsItselfItsPromptAndABodyForEachModelCall() {
    memory.reserve(10 * KIB, 1);
    assertThat(memory.held()).isEqualTo((2 + 3 * 10) * KIB);

    memory.reserve(10 * KIB, 3);
    assertThat(memory.held()).isEqualTo((2 + 30 + 2 + 50) * KIB);
  }

  @Test
  void aRequestThatDoesNotFitBesideTheOthersMayBeRepeated() {
    RequestMemory.Reservation first = memory.reserve(20 * KIB, 1);

    JudgeException refused =
        catchThrowableOfType(JudgeException.class, () -> memory.reserve(20 * KIB, 1));

    assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.is(FailureType.WORKER_OVERLOADED)).isTrue();
    assertThat(refused.failure().getCategory())
        .isEqualTo(FailureCategory.FAILURE_CATEGORY_RESOURCE);
    assertThat(refused)
        .hasMessageContaining(String.valueOf(100 * KIB))
        .hasMessageContaining("-Xmx");
    first.close();
    memory.reserve(20 * KIB, 1);
    assertThat(memory.held()).isEqualTo(62 * KIB);
  }

  @Test
  void aRequestThatNeverFitsNeedsAnOperator() {
    JudgeException refused =
        catchThrowableOfType(JudgeException.class, () -> memory.reserve(10 * KIB, 8));

    assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refused.is(FailureType.REQUEST_TOO_LARGE)).isTrue();
    assertThat(memory.held()).isZero();
  }

  @Test
  void memoryIsReturnedOnce() {
    RequestMemory.Reservation first = memory.reserve(1, 1);
    RequestMemory.Reservation second = memory.reserve(1, 1);
    long one = memory.held() / 2;

    first.close();
    first.close();

    assertThat(memory.held()).isEqualTo(one);
    second.close();
    assertThat(memory.held()).isZero();
  }

  @Test
  void requestsWithoutTextsAreCountedAsWell() {
    List<RequestMemory.Reservation> reservations = new ArrayList<>();
    while (memory.held() + 2 * KIB <= 100 * KIB) {
      reservations.add(memory.reserve(0, 1));
    }

    assertThat(reservations).hasSize(50);
  }
}
