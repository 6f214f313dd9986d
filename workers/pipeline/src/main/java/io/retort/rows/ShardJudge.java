package io.retort.rows;

import io.retort.cache.CachedCalls;
import io.retort.cache.CallLog;
import io.retort.cache.ResponseCache;
import io.retort.failure.Failures;
import io.retort.judge.client.CallGroup;
import io.retort.judge.client.ControlQuestions;
import io.retort.judge.client.EndpointDescriptions;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.JudgeMethod;
import io.retort.judge.client.JudgeRoles;
import io.retort.judge.client.PricedCalls;
import io.retort.judge.client.Prices;
import io.retort.judge.client.RoleCalls;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.v1.CacheMode;
import io.retort.v1.DescribeResponse;
import io.retort.v1.JudgeSpec;
import io.retort.v1.PromptFile;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The judge for one attempt at a shard.
 *
 * @param calls by role, with prompts and prices, through the cache
 * @param fingerprint of the models and prompts that determine answers, for the keys of rows
 * @param log of new answers, empty if the cache is off
 * @param witness of the actual calls
 * @param questions control questions for the same endpoints
 */
public record ShardJudge(
    JudgeCalls calls,
    String fingerprint,
    Optional<CallLog> log,
    CallWitness witness,
    ControlQuestions questions)
    implements AutoCloseable {
  /**
   * Opens the judge for a shard; asks the judge workers to describe the stage's endpoints.
   *
   * @param methods that the stage may call
   * @param answers of the stage, across all its shards
   * @param scope cancels the calls
   * @param tick called between reads of the store; ends the work by throwing
   * @throws io.temporal.failure.ApplicationFailure USER/PRICE_UNKNOWN if there is a budget and a
   *     model without a price
   */
  static ShardJudge open(
      JudgeClient client,
      Store store,
      ResponseCache cache,
      RowStageContext stage,
      String shardUri,
      List<JudgeMethod<?, ?>> methods,
      StageAnswers answers,
      CallGroup scope,
      Runnable tick)
      throws IOException {
    RunSpec spec = stage.getRun().getSpec();
    JudgeRoles roles = new JudgeRoles(spec);
    List<PromptFile> prompts = prompts(store, stage.getRun());
    EndpointDescriptions descriptions = describe(client, roles, methods, prompts);
    Prices prices = new Prices(spec.getJudge());
    if (spec.getJudge().hasBudget()) {
      checkPrices(prices, roles, methods, descriptions);
    }
    CallWitness witness = new CallWitness(client.calls(scope), answers);
    JudgeCalls calls = new PricedCalls(witness, prices, descriptions);
    Optional<CallLog> log = Optional.empty();
    if (isCached(spec.getJudge())) {
      String cacheUri = RunLayout.cache(stage.getRun().getStoreUri());
      boolean taken = spec.getJudge().getCache() != CacheMode.CACHE_MODE_REFRESH;
      if (taken) {
        for (JudgeMethod<?, ?> method : methods) {
          cache.refresh(
              Store.resolve(
                  cacheUri, CachedCalls.folder(descriptions, roles.endpoint(method), method)),
              tick);
        }
      }
      log = Optional.of(new CallLog(store, shardUri, cache, cacheUri));
      calls =
          new CachedCalls(
              calls, log.get(), taken ? Optional.of(cache) : Optional.empty(), descriptions);
    }
    return new ShardJudge(
        new RoleCalls(calls, roles, prompts),
        fingerprint(roles, methods, descriptions),
        log,
        witness,
        new ControlQuestions(
            new RoleCalls(client.calls(scope), roles, prompts), spec.getStudent().getSize()));
  }

  @Override
  public void close() throws IOException {
    if (log.isPresent()) {
      log.get().close();
    }
  }

  /** Digests of the models and prompts that currently answer the methods. */
  static String fingerprint(
      JudgeClient client,
      RunContext run,
      List<JudgeMethod<?, ?>> methods,
      List<PromptFile> prompts) {
    JudgeRoles roles = new JudgeRoles(run.getSpec());
    return fingerprint(roles, methods, describe(client, roles, methods, prompts));
  }

  /** The prompt files that the run has copied; empty for a run with the built-in ones. */
  static List<PromptFile> prompts(Store store, RunContext run) throws IOException {
    return run.getSpec().getJudge().hasPrompts()
        ? PromptReplacements.read(store, RunLayout.of(run).prompts())
        : List.of();
  }

  private static EndpointDescriptions describe(
      JudgeClient client,
      JudgeRoles roles,
      List<JudgeMethod<?, ?>> methods,
      List<PromptFile> prompts) {
    Map<String, DescribeResponse> byEndpoint = new TreeMap<>();
    for (JudgeMethod<?, ?> method : methods) {
      byEndpoint.computeIfAbsent(
          roles.endpoint(method), endpoint -> client.describe(endpoint, prompts));
    }
    return new EndpointDescriptions(byEndpoint);
  }

  private static void checkPrices(
      Prices prices,
      JudgeRoles roles,
      List<JudgeMethod<?, ?>> methods,
      EndpointDescriptions descriptions) {
    for (JudgeMethod<?, ?> method : methods) {
      String endpoint = roles.endpoint(method);
      List<String> missing = prices.missing(descriptions.models(endpoint));
      if (!missing.isEmpty()) {
        throw Failures.user(
            "PRICE_UNKNOWN",
            "judge.prices: no price for "
                + String.join(", ", missing)
                + " of endpoint "
                + endpoint
                + " (expected: one for each model that is asked, because there is a"
                + " judge.budget)");
      }
    }
  }

  private static String fingerprint(
      JudgeRoles roles, List<JudgeMethod<?, ?>> methods, EndpointDescriptions descriptions) {
    return methods.stream()
        .map(method -> descriptions.fingerprint(roles.endpoint(method), method))
        .collect(Collectors.joining(","));
  }

  private static boolean isCached(JudgeSpec judge) {
    return switch (judge.getCache()) {
      case CACHE_MODE_USE, CACHE_MODE_REFRESH, CACHE_MODE_UNSPECIFIED -> true;
      case CACHE_MODE_OFF, UNRECOGNIZED -> false;
    };
  }
}
