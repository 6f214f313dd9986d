package io.retort.judge.client;

import com.google.protobuf.Message;
import io.retort.v1.PromptFile;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sets endpoint, sampling parameters and prompts of each call by its role. */
public final class RoleCalls implements JudgeCalls {
  private final JudgeCalls next;
  private final JudgeRoles roles;
  private final List<PromptFile> prompts;

  public RoleCalls(JudgeCalls next, JudgeRoles roles, List<PromptFile> prompts) {
    this.next = next;
    this.roles = roles;
    this.prompts = prompts;
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    return next.call(
        method,
        method
            .withContext()
            .apply(
                request,
                roles
                    .apply(method, method.context().apply(request))
                    .addAllPrompts(prompts)
                    .build()));
  }
}
