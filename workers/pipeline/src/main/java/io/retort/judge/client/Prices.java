package io.retort.judge.client;

import io.retort.v1.JudgeSpec;
import io.retort.v1.ModelPrice;
import io.retort.v1.Usage;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The cost of calls, by the spec's price table. Prices refer to the model names in the endpoints'
 * configuration. Providers may report other names ({@code gpt-x-2026-01-01} for {@code gpt-x}), so
 * a name without a price uses the price of the configured name that is its prefix.
 */
public final class Prices {
  private static final double TOKENS = 1e6;

  private final Map<String, ModelPrice> byModel;

  public Prices(JudgeSpec spec) {
    byModel =
        spec.getPricesList().stream()
            .collect(Collectors.toMap(ModelPrice::getModel, price -> price));
  }

  /** The models that have no price. */
  public List<String> missing(Collection<String> models) {
    return models.stream().filter(model -> !byModel.containsKey(model)).distinct().toList();
  }

  /**
   * The usage with its cost.
   *
   * @param model name that the provider reported, empty if it reported none
   * @param models configured models that may have answered; if the reported name is none of them,
   *     the most expensive one applies
   */
  public Usage priced(Usage usage, String model, List<String> models) {
    if (byModel.isEmpty()) {
      return usage;
    }
    double cost =
        find(model, models)
            .map(price -> cost(usage, price))
            .orElseGet(
                () ->
                    models.stream()
                        .map(byModel::get)
                        .filter(java.util.Objects::nonNull)
                        .mapToDouble(price -> cost(usage, price))
                        .max()
                        .orElse(0));
    return cost == 0 ? usage : usage.toBuilder().setCost(cost).build();
  }

  private Optional<ModelPrice> find(String model, List<String> models) {
    ModelPrice exact = byModel.get(model);
    if (exact != null) {
      return Optional.of(exact);
    }
    return models.stream()
        .filter(model::startsWith)
        .max(Comparator.comparingInt(String::length))
        .map(byModel::get);
  }

  private static double cost(Usage usage, ModelPrice price) {
    return (usage.getPromptTokens() * price.getPrompt()
            + usage.getCompletionTokens() * price.getCompletion())
        / TOKENS;
  }
}
