package io.retort.identity;

import com.google.protobuf.Message;
import io.grpc.StatusRuntimeException;
import io.retort.enums.EnumText;
import io.retort.v1.Role;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Decides whether a caller may make a call. */
public final class Authorizer {
  private final Resources resources;

  public Authorizer(Resources resources) {
    this.resources = resources;
  }

  /**
   * Returns the teams that the decision was about; empty where it needed no team.
   *
   * @throws StatusRuntimeException PERMISSION_DENIED; NOT_FOUND for what the caller may not see;
   *     UNAVAILABLE if the store cannot be read
   */
  public Set<String> require(RpcAccess rpc, Caller caller, Message request) {
    if (caller.everywhere(rpc.role())) {
      return Set.of();
    }
    return switch (rpc.scope()) {
      case ACCESS_SCOPE_SOME_TEAM -> {
        if (!caller.somewhere(rpc.role())) {
          throw denied(rpc, caller, "in some team");
        }
        yield Set.of();
      }
      case ACCESS_SCOPE_EVERY_TEAM -> throw denied(rpc, caller, "in every team");
      case ACCESS_SCOPE_UNSPECIFIED -> requireInTeams(rpc, caller, request);
      case UNRECOGNIZED -> throw new IllegalStateException(rpc + ": unknown scope");
    };
  }

  private Set<String> requireInTeams(RpcAccess rpc, Caller caller, Message request) {
    if (!caller.somewhere(rpc.role())) {
      throw denied(rpc, caller, "in some team");
    }
    List<Resource> named = named(request);
    if (named.isEmpty()) {
      throw denied(rpc, caller, "in every team");
    }
    Set<String> teams = new TreeSet<>();
    for (Resource resource : named) {
      if (!resource.notFound().isEmpty()
          && resource.teams().stream().noneMatch(team -> caller.holds(Role.ROLE_VIEWER, team))) {
        throw AccessErrors.notFound(resource.notFound());
      }
      for (String team : resource.teams()) {
        boolean seen = rpc.role() == Role.ROLE_VIEWER && !resource.notFound().isEmpty();
        if (!seen && !caller.holds(rpc.role(), team)) {
          throw denied(
              rpc,
              caller,
              team.equals(Caller.EVERY_TEAM)
                  ? "in every team, as " + resource.name() + " belongs to none"
                  : "in team " + team + ", which owns " + resource.name());
        }
      }
      teams.addAll(resource.teams());
    }
    return teams;
  }

  private List<Resource> named(Message request) {
    try {
      return resources.of(request);
    } catch (IOException e) {
      throw AccessErrors.unavailable("look up the team of the request", e);
    }
  }

  private static StatusRuntimeException denied(RpcAccess rpc, Caller caller, String where) {
    return AccessErrors.denied(
        caller.name()
            + " may not call "
            + rpc.name()
            + " (expected: role "
            + EnumText.shortName(rpc.role()).toLowerCase(Locale.ROOT)
            + " "
            + where
            + "; an admin grants it)");
  }
}
