package io.retort.identity;

import java.util.Set;

/**
 * Something that teams own. It is visible to viewers of any of them; every other role is needed in
 * all of them. What no team owns is for those who have the role in every team.
 *
 * @param notFound the message of the error for a caller who may not know that it exists; empty for
 *     something that the request brings along, such as a spec
 */
public record Resource(String name, Set<String> teams, String notFound) {
  public Resource {
    teams = Set.copyOf(teams);
  }
}
