package io.retort.rows;

import io.retort.judge.client.ControlQuestions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Checks the endpoints of one attempt at a shard, based on its own calls and those of the stage's
 * other shards.
 */
final class ShardEndpoints implements EndpointCheck {
  private final CallWitness witness;
  private final ControlQuestions questions;
  private final Elsewhere elsewhere;

  /** Checks whether a committed shard of the stage has a row that was answered. */
  interface Elsewhere {
    boolean hasAnswered() throws IOException;
  }

  ShardEndpoints(CallWitness witness, ControlQuestions questions, Elsewhere elsewhere) {
    this.witness = witness;
    this.questions = questions;
    this.elsewhere = elsewhere;
  }

  @Override
  public boolean answersOthers() {
    return witness.unproven().isEmpty();
  }

  @Override
  public boolean hasAnswered() throws IOException {
    return witness.hasAnswered() || elsewhere.hasAnswered();
  }

  @Override
  public CompletableFuture<Void> ask() {
    return questions.ask(witness.suspects());
  }
}
