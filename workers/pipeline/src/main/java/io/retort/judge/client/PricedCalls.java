package io.retort.judge.client;

import com.google.protobuf.Message;
import io.retort.v1.Provenance;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Adds the cost to each answer, including unusable ones. */
public final class PricedCalls implements JudgeCalls {
  private final JudgeCalls next;
  private final Prices prices;
  private final EndpointDescriptions descriptions;

  public PricedCalls(JudgeCalls next, Prices prices, EndpointDescriptions descriptions) {
    this.next = next;
    this.prices = prices;
    this.descriptions = descriptions;
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    List<String> models = descriptions.models(method.context().apply(request).getEndpoint());
    return next.call(method, request)
        .handle(
            (answer, thrown) -> {
              if (thrown != null) {
                throw priced(thrown, models);
              }
              return priced(method, answer, models);
            });
  }

  private <A extends Message> A priced(JudgeMethod<?, A> method, A answer, List<String> models) {
    Provenance provenance = method.provenance().apply(answer);
    return method
        .withProvenance()
        .apply(
            answer,
            provenance.toBuilder()
                .setUsage(prices.priced(provenance.getUsage(), provenance.getModel(), models))
                .build());
  }

  private CompletionException priced(Throwable thrown, List<String> models) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (cause instanceof UselessAnswerException useless) {
      return new CompletionException(useless.withUsage(prices.priced(useless.usage(), "", models)));
    }
    return new CompletionException(cause == null ? thrown : cause);
  }
}
