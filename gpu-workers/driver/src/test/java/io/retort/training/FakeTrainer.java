package io.retort.training;

import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A trainer with scripted responses; the last response to each call is repeated for ever. */
final class FakeTrainer implements TrainerHandle {
  /** One response. */
  @FunctionalInterface
  interface Answer {
    TrainerStatus give() throws TrainerException;
  }

  final List<String> calls = new ArrayList<>();
  final Deque<Answer> pings = new ArrayDeque<>();
  final Deque<Answer> starts = new ArrayDeque<>();
  final Deque<Answer> statuses = new ArrayDeque<>();
  final Deque<Answer> stops = new ArrayDeque<>();
  long token;
  TrainerJob job = TrainerJob.getDefaultInstance();

  private final ManualPacer pacer;

  FakeTrainer(ManualPacer pacer) {
    this.pacer = pacer;
    pings.add(TrainerStatus::getDefaultInstance);
  }

  /** Uses the whole timeout, as an unreachable trainer does. */
  Answer unreachable(Duration timeout) {
    return () -> {
      pacer.advance(timeout);
      throw new TrainerException.Unreachable("no answer", null);
    };
  }

  static Answer died() {
    return () -> {
      throw new TrainerException.Died("the actor died", null);
    };
  }

  static Answer lost() {
    return () -> {
      throw new TrainerException.Lost("the cluster is gone");
    };
  }

  static Answer misbehaved() {
    return () -> {
      throw new TrainerException.Misbehaved("not a status", null);
    };
  }

  @Override
  public void ping(Duration timeout) throws TrainerException {
    calls.add("ping");
    TrainerStatus unused = next(pings);
  }

  @Override
  public TrainerStatus start(TrainerJob job, long fencingToken, Duration timeout)
      throws TrainerException {
    calls.add("start");
    this.token = fencingToken;
    this.job = job;
    return next(starts);
  }

  @Override
  public TrainerStatus status(Duration timeout) throws TrainerException {
    calls.add("status");
    return next(statuses);
  }

  @Override
  public TrainerStatus stop(Duration timeout) throws TrainerException {
    calls.add("stop");
    return next(stops);
  }

  private static TrainerStatus next(Deque<Answer> answers) throws TrainerException {
    Answer answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
    return answer.give();
  }
}
