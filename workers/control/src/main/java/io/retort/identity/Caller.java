package io.retort.identity;

import io.grpc.Context;
import io.retort.v1.Grant;
import io.retort.v1.Role;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who makes a call, and what it may do.
 *
 * @param name shown in runs, histories and logs
 * @param id {@code token:ID}, {@code oidc:SUBJECT}, or {@code local} for everybody where
 *     authentication is off
 * @param roles by team; {@link #EVERY_TEAM} for every team
 */
public record Caller(String name, String id, Map<String, Role> roles) {
  /** Stands for every team in a grant. */
  public static final String EVERY_TEAM = "*";

  private static final String LOCAL = "local";

  /** Set while a call is served. */
  public static final Context.Key<Caller> KEY = Context.keyWithDefault("caller", new Caller(LOCAL));

  public Caller {
    roles = Map.copyOf(roles);
  }

  /** A caller that is not authenticated and may do everything. */
  public Caller(String name) {
    this(name, LOCAL, Map.of(EVERY_TEAM, Role.ROLE_ADMIN));
  }

  /** Of several grants in a team the highest counts. */
  public static Caller of(String name, String id, List<Grant> grants) {
    Map<String, Role> roles = new HashMap<>();
    for (Grant grant : grants) {
      // A role of a later version gives nothing.
      if (grant.getRole() == Role.UNRECOGNIZED) {
        continue;
      }
      roles.merge(grant.getTeam(), grant.getRole(), Caller::higher);
    }
    return new Caller(name, id, roles);
  }

  /** The caller of the current call. */
  public static Caller current() {
    return KEY.get();
  }

  /** Whether the control plane knows who calls. */
  public boolean isAuthenticated() {
    return !id.equals(LOCAL);
  }

  /** Whether the caller has the role, or one that includes it, in the team. */
  public boolean holds(Role role, String team) {
    return everywhere(role) || includes(roles.getOrDefault(team, Role.ROLE_UNSPECIFIED), role);
  }

  /** Whether the caller has the role in every team. */
  public boolean everywhere(Role role) {
    return includes(roles.getOrDefault(EVERY_TEAM, Role.ROLE_UNSPECIFIED), role);
  }

  /** Whether the caller has the role in some team. */
  public boolean somewhere(Role role) {
    return roles.values().stream().anyMatch(held -> includes(held, role));
  }

  /** The teams in which the caller has the role, sorted; empty for every team. */
  public Optional<Set<String>> teams(Role role) {
    return everywhere(role)
        ? Optional.empty()
        : Optional.of(
            roles.entrySet().stream()
                .filter(entry -> includes(entry.getValue(), role))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** Whether the caller may see in every team what another may see there. */
  boolean sees(Caller other) {
    return other.roles.entrySet().stream()
        .allMatch(
            held ->
                !includes(held.getValue(), Role.ROLE_VIEWER)
                    || (held.getKey().equals(EVERY_TEAM)
                        ? everywhere(Role.ROLE_VIEWER)
                        : holds(Role.ROLE_VIEWER, held.getKey())));
  }

  /** The roles as grants, sorted by team. */
  public List<Grant> grants() {
    return roles.entrySet().stream()
        .map(entry -> Grant.newBuilder().setTeam(entry.getKey()).setRole(entry.getValue()).build())
        .sorted(Comparator.comparing(Grant::getTeam))
        .toList();
  }

  /**
   * Whom to record as the one who decided: the caller if it is authenticated, and otherwise whom
   * the request names.
   */
  public String actor(String requested) {
    return isAuthenticated() ? name : requested;
  }

  /**
   * The note to record with a decision; it keeps an actor of the request that is not recorded as
   * such.
   */
  public String note(String requestedActor, String note) {
    if (!isAuthenticated() || requestedActor.isEmpty() || requestedActor.equals(name)) {
      return note;
    }
    return (note.isEmpty() ? "" : note + " ") + "(for " + requestedActor + ")";
  }

  private static boolean includes(Role held, Role wanted) {
    return wanted != Role.ROLE_UNSPECIFIED && held.getNumber() >= wanted.getNumber();
  }

  private static Role higher(Role one, Role other) {
    return includes(one, other) ? one : other;
  }
}
