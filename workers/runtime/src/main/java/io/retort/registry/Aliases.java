package io.retort.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.AliasChange;
import io.retort.v1.AliasChangeKind;
import io.retort.v1.ModelAliases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The aliases of one model with their history, in {@code aliases.json}.
 *
 * <p>A run moves an alias forwards only, and never to a version that the alias has stood at. So the
 * order in which runs and repeated attempts arrive does not matter, and what a person has rolled
 * back stays rolled back.
 */
public final class Aliases {
  static final String NAME = "aliases.json";
  private static final int SCHEMA_VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Store store;
  private final String model;
  private final String uri;

  public Aliases(Store store, String storeUri, String model) {
    this.store = store;
    this.model = model;
    this.uri = Store.resolve(RunLayout.model(storeUri, model), NAME);
  }

  /** Empty for a model without aliases. */
  public ModelAliases read() throws IOException {
    try (InputStream input = store.read(uri)) {
      return parse(Optional.of(input.readAllBytes()));
    } catch (NoSuchFileException e) {
      return ModelAliases.getDefaultInstance();
    }
  }

  /**
   * Moves the alias to the version of a run, unless it names a higher one or has named this one
   * before. Returns the version that it names afterwards.
   *
   * @param change with alias, version, run and time
   * @param expected the version that the alias must still name, 0 for none; empty for any
   */
  public int moveForwards(AliasChange change, OptionalInt expected) throws IOException {
    AtomicInteger named = new AtomicInteger();
    boolean unused =
        store.update(
            uri,
            current -> {
              ModelAliases aliases = parse(current);
              int standing = aliases.getVersionsOrDefault(change.getAlias(), 0);
              boolean moved = expected.isPresent() && expected.getAsInt() != standing;
              if (moved || standing >= change.getToVersion() || hasStoodAt(aliases, change)) {
                named.set(standing);
                return Optional.empty();
              }
              named.set(change.getToVersion());
              return Optional.of(
                  changed(
                      aliases,
                      change.toBuilder()
                          .setKind(AliasChangeKind.ALIAS_CHANGE_KIND_RELEASE)
                          .build()));
            });
    return named.get();
  }

  /**
   * Moves the alias to the version, in whichever direction. Does nothing where it names it already.
   *
   * @param change with alias, version, actor, reason and time
   * @param expected the version that the alias must stand at, 0 for any
   * @throws AliasException when it names another one
   */
  public AliasChange promote(AliasChange change, int expected) throws IOException, AliasException {
    return apply(change, expected, AliasChangeKind.ALIAS_CHANGE_KIND_PROMOTE);
  }

  /**
   * Moves the alias back to the version that it stood at before; again, to the one before that.
   *
   * @param change with alias, actor, reason and time
   * @param expected the version that the alias must stand at, 0 for any
   * @throws AliasException when there is no version before, or it names another one
   */
  public AliasChange rollBack(AliasChange change, int expected) throws IOException, AliasException {
    return apply(change, expected, AliasChangeKind.ALIAS_CHANGE_KIND_ROLL_BACK);
  }

  private AliasChange apply(AliasChange asked, int expected, AliasChangeKind kind)
      throws IOException, AliasException {
    AliasChange.Builder made = asked.toBuilder().setKind(kind);
    StringBuilder refusal = new StringBuilder();
    boolean unused =
        store.update(
            uri,
            current -> {
              // Runs again where another writer came in between.
              refusal.setLength(0);
              ModelAliases aliases = parse(current);
              int standing = aliases.getVersionsOrDefault(asked.getAlias(), 0);
              made.setFromVersion(standing);
              if (expected != 0 && expected != standing) {
                refusal.append(
                    standsAt(asked.getAlias(), standing) + " (expected: version " + expected + ")");
                return Optional.empty();
              }
              if (kind == AliasChangeKind.ALIAS_CHANGE_KIND_ROLL_BACK) {
                Optional<Integer> before = before(aliases, asked.getAlias());
                if (before.isEmpty()) {
                  refusal.append(
                      standsAt(asked.getAlias(), standing)
                          + " and has no version before (expected: an alias that was moved)");
                  return Optional.empty();
                }
                made.setToVersion(before.get());
              }
              return made.getToVersion() == standing
                  ? Optional.empty()
                  : Optional.of(changed(aliases, made.build()));
            });
    if (!refusal.isEmpty()) {
      throw new AliasException(refusal.toString());
    }
    return made.build();
  }

  private String standsAt(String alias, int version) {
    return "alias "
        + alias
        + " of model "
        + model
        + (version == 0 ? ": there is none" : ": it names version " + version);
  }

  private static boolean hasStoodAt(ModelAliases aliases, AliasChange change) {
    return aliases.getHistoryList().stream()
        .filter(made -> made.getAlias().equals(change.getAlias()))
        .anyMatch(
            made ->
                made.getToVersion() == change.getToVersion()
                    || made.getFromVersion() == change.getToVersion());
  }

  /** The version under the current one: what a roll-back has left is not gone back to. */
  private static Optional<Integer> before(ModelAliases aliases, String alias) {
    Deque<Integer> left = new ArrayDeque<>();
    for (AliasChange change : aliases.getHistoryList()) {
      if (!change.getAlias().equals(alias) || change.getFromVersion() == 0) {
        continue;
      }
      if (change.getKind() == AliasChangeKind.ALIAS_CHANGE_KIND_ROLL_BACK) {
        left.poll();
      } else {
        left.push(change.getFromVersion());
      }
    }
    return Optional.ofNullable(left.peek());
  }

  private static byte[] changed(ModelAliases aliases, AliasChange change) {
    return StoredMessages.bytes(
        aliases.toBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .putVersions(change.getAlias(), change.getToVersion())
            .addHistory(
                change.toBuilder()
                    .setFromVersion(aliases.getVersionsOrDefault(change.getAlias(), 0)))
            .build());
  }

  private ModelAliases parse(Optional<byte[]> json) throws IOException {
    if (json.isEmpty()) {
      return ModelAliases.getDefaultInstance();
    }
    String text = new String(json.get(), StandardCharsets.UTF_8);
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CorruptArtifactException(uri + ": " + e.getOriginalMessage());
    }
    // Whatever the aliases are called: the form with a history has it as a list.
    if (tree.isObject() && onlyNumbers(tree)) {
      ModelAliases.Builder aliases = ModelAliases.newBuilder();
      for (Map.Entry<String, JsonNode> field : tree.properties()) {
        aliases.putVersions(field.getKey(), field.getValue().intValue());
      }
      return aliases.build();
    }
    return (ModelAliases) ProtoJson.parse(text, ModelAliases.newBuilder(), uri);
  }

  private static boolean onlyNumbers(JsonNode tree) {
    for (JsonNode value : tree) {
      if (!value.isInt()) {
        return false;
      }
    }
    return true;
  }
}
