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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that are made only where no answer is kept, and whose answers are kept. What fails is not:
 * a useless answer is a failure, too.
 *
 * <p>A kept answer has no tokens and no cost, as it was counted where it was made. Where that was
 * an earlier attempt at the same row, though, no record holds it yet: it is told as it came.
 */
public final class CachedCalls implements JudgeCalls {
  private static final Logger LOGGER = LoggerFactory.getLogger(CachedCalls.class);
  private static final Usage CACHED = Usage.newBuilder().setCachedCalls(1).build();

  private final JudgeCalls next;
  private final CallLog log;
  private final Optional<ResponseCache> cache;
  private final EndpointDescriptions descriptions;
  private final Map<String, String> folders = new ConcurrentHashMap<>();

  /**
   * @param log of the shard that calls
   * @param cache empty where answers of others are not to be taken
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

  /** Folder below the cache's that holds a method's answers. */
  public static String folder(
      EndpointDescriptions descriptions, String endpoint, JudgeMethod<?, ?> method) {
    return method.name() + "/" + descriptions.fingerprint(endpoint, method);
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    JudgeContext context = method.context().apply(request);
    String version =
        descriptions.promptVersion(context.getEndpoint(), method.prompt().apply(request));
    ByteString key =
        CacheKeys.of(method, descriptions.models(context.getEndpoint()), version, request);
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
              log.keep(
                  CachedResponse.newBuilder()
                      .setKey(key)
                      .setResponse(answer.toByteString())
                      .setFolder(folder)
                      .setRow(context.getRow())
                      .build());
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
      LOGGER.warn("cached answer of {} left out, it is asked for again", method, e);
      return Optional.empty();
    }
  }

  private static <A extends Message> A asCached(JudgeMethod<?, A> method, A answer) {
    Provenance provenance = method.provenance().apply(answer);
    return method.withProvenance().apply(answer, provenance.toBuilder().setUsage(CACHED).build());
  }
}
