package io.retort.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.retort.judge.client.EndpointDescriptions;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.JudgeMethod;
import io.retort.v1.CachedResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.Provenance;
import io.retort.v1.Usage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls only if the cache has no answer, and caches their answers. Failed calls and unusable
 * answers are not cached. An answer from a model or prompt that differs from the described one is
 * not cached either, because its key would be different.
 *
 * <p>A cached answer has no tokens and no cost, because they were counted when it was made. If an
 * earlier attempt at the same row made it, however, no record contains it yet, and it counts as a
 * call.
 */
public final class CachedCalls implements JudgeCalls {
  private static final Logger LOGGER = LoggerFactory.getLogger(CachedCalls.class);
  private static final Usage CACHED = Usage.newBuilder().setCachedCalls(1).build();

  private final JudgeCalls next;
  private final CallLog log;
  private final Optional<ResponseCache> cache;
  private final EndpointDescriptions descriptions;
  private final Map<String, String> folders = new ConcurrentHashMap<>();
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param log of the calling shard
   * @param cache empty if answers of other shards are not used
   */
  public CachedCalls(
      JudgeCalls next,
      CallLog log,
      Optional<ResponseCache> cache,
      EndpointDescriptions descriptions) {
    this.next = next;
    this.log = log;
    this.cache = cache;
    this.descriptions = descriptions;
  }

  /** Folder of a method's answers, relative to the cache. */
  public static String folder(
      EndpointDescriptions descriptions, String endpoint, JudgeMethod<?, ?> method) {
    return method.name() + "/" + descriptions.fingerprint(endpoint, method);
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    JudgeContext context = method.context().apply(request);
    String prompt = method.prompt().apply(request);
    ByteString key =
        CacheKeys.of(
            method,
            descriptions.modelVersions(context.getEndpoint()),
            descriptions.promptVersion(context.getEndpoint(), prompt),
            request);
    Optional<A> kept = find(method, key, context.getRow());
    if (kept.isPresent()) {
      return CompletableFuture.completedFuture(kept.get());
    }
    String folder =
        folders.computeIfAbsent(
            context.getEndpoint() + "/" + method.name(),
            ignored -> folder(descriptions, context.getEndpoint(), method));
    return next.call(method, request)
        .thenApply(
            answer -> {
              Provenance provenance = method.provenance().apply(answer);
              if (descriptions.hasDescribed(context.getEndpoint(), prompt, provenance)) {
                log.keep(
                    CachedResponse.newBuilder()
                        .setKey(key)
                        .setResponse(answer.toByteString())
                        .setFolder(folder)
                        .setRow(context.getRow())
                        .build());
              } else if (!warned.getAndSet(true)) {
                LOGGER.warn(
                    "answers of {} are not cached: {} with prompt {} answered, expected {} (do all"
                        + " judge workers have the same configuration?)",
                    method,
                    provenance.getAskedModelsList(),
                    provenance.getPromptVersion(),
                    descriptions.modelVersions(context.getEndpoint()));
              }
              return answer;
            });
  }

  private <A extends Message> Optional<A> find(
      JudgeMethod<?, A> method, ByteString key, String row) {
    try {
      CachedResponse own = log.find(key);
      if (own != null) {
        A answer = method.parser().parseFrom(own.getResponse());
        return Optional.of(own.getRow().equals(row) ? answer : asCached(method, answer));
      }
      Optional<ByteString> kept = cache.flatMap(responses -> responses.find(key));
      return kept.isEmpty()
          ? Optional.empty()
          : Optional.of(asCached(method, method.parser().parseFrom(kept.get())));
    } catch (InvalidProtocolBufferException e) {
      LOGGER.warn("cached answer of {} ignored, the call is made again", method, e);
      return Optional.empty();
    }
  }

  private static <A extends Message> A asCached(JudgeMethod<?, A> method, A answer) {
    Provenance provenance = method.provenance().apply(answer);
    return method.withProvenance().apply(answer, provenance.toBuilder().setUsage(CACHED).build());
  }
}
