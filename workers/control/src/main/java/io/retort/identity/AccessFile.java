package io.retort.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.retort.v1.Grant;
import io.retort.v1.OidcUser;
import io.retort.v1.Role;
import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code access.yaml}: the OIDC provider, and the roles of its people.
 *
 * <pre>
 * oidc:
 *   issuer: https://id.example.com
 *   audience: retort
 *   groups_claim: groups
 * grants:
 *   - {group: ml-platform, team: "*", role: admin}
 *   - {group: nlp, team: nlp, role: operator}
 *   - {subject: 248289761001, team: nlp, role: approver}
 * </pre>
 */
record AccessFile(@Nullable OidcSettings oidc, List<Rule> grants) {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final long LARGEST = 1 << 20;
  private static final Set<String> ROLES = Set.of("viewer", "operator", "approver", "admin");

  AccessFile {
    grants = List.copyOf(Objects.requireNonNullElse(grants, List.of()));
  }

  /** A role for the people of a group, or for one person. */
  record Rule(@Nullable String group, @Nullable String subject, String team, String role) {
    Rule {
      if ((group == null) == (subject == null)) {
        throw new IllegalArgumentException(
            "grants: group " + group + ", subject " + subject + " (expected: one of them)");
      }
      if (team == null || !team.matches("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?|[*]")) {
        throw new IllegalArgumentException(
            "grants.team: " + team + " (expected: the name of a team, or \"*\")");
      }
      if (role == null || !ROLES.contains(role)) {
        throw new IllegalArgumentException(
            "grants.role: " + role + " (expected: viewer, operator, approver or admin)");
      }
    }

    boolean isFor(OidcUser user) {
      return group != null
          ? user.getGroupsList().contains(group)
          : user.getSubject().equals(subject);
    }

    Grant grant() {
      return Grant.newBuilder()
          .setTeam(team)
          .setRole(Role.valueOf("ROLE_" + role.toUpperCase(Locale.ROOT)))
          .build();
    }
  }

  static AccessFile empty() {
    return new AccessFile(null, List.of());
  }

  /**
   * @throws ConfigurationException naming the file and what is wrong in it
   */
  static AccessFile read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new ConfigurationException(file + ": above " + LARGEST + " bytes");
      }
      return Objects.requireNonNullElse(
          YAML.readValue(Files.readAllBytes(file), AccessFile.class), empty());
    } catch (JsonProcessingException e) {
      throw new ConfigurationException(
          "RETORT_ACCESS_FILE: " + file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ConfigurationException(
          "RETORT_ACCESS_FILE: " + file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  Optional<OidcSettings> settings() {
    return Optional.ofNullable(oidc);
  }

  /** A person with the roles of all rules that are for it; without any it may do nothing. */
  Caller caller(OidcUser user) {
    List<Grant> held = new ArrayList<>();
    for (Rule rule : grants) {
      if (rule.isFor(user)) {
        held.add(rule.grant());
      }
    }
    return Caller.of(user.getName(), "oidc:" + user.getSubject(), held);
  }
}
