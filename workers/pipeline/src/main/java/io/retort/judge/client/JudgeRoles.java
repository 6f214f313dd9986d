package io.retort.judge.client;

import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeSpec;
import io.retort.v1.RoleSpec;
import io.retort.v1.RolesSpec;
import io.retort.v1.RunSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Endpoint and parameters of each method: the spec's roles, and the student for sampled answers.
 */
public final class JudgeRoles {
  private final Map<JudgeMethod<?, ?>, RoleSpec> roles;
  private final String studentEndpoint;

  public JudgeRoles(RunSpec spec) {
    JudgeSpec judge = spec.getJudge();
    RolesSpec byName = judge.getRoles();
    roles =
        Map.of(
            JudgeMethod.EVALUATE, byName.getEvaluate(),
            JudgeMethod.IMPROVE, byName.getImprove(),
            JudgeMethod.VALIDATE, byName.getValidate(),
            JudgeMethod.CORRUPT, byName.getCorrupt(),
            JudgeMethod.RATE, byName.getRate());
    studentEndpoint = spec.getStudent().getEndpoint();
  }

  public String endpoint(JudgeMethod<?, ?> method) {
    RoleSpec role = roles.get(method);
    return role == null ? studentEndpoint : role.getEndpoint();
  }

  /**
   * Applies the role of the method to the context; the caller sets the parameters of sampled
   * answers.
   */
  JudgeContext.Builder apply(JudgeMethod<?, ?> method, JudgeContext context) {
    JudgeContext.Builder builder = context.toBuilder().setEndpoint(endpoint(method));
    @Nullable RoleSpec role = roles.get(method);
    return role == null
        ? builder
        : builder.setTemperature(role.getTemperature()).setMaxTokens(role.getMaxTokens());
  }
}
