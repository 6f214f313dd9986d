package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.retort.identity.Caller;
import io.retort.v1.GetModelRequest;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.Role;
import io.retort.v1.RollBackAliasRequest;
import java.util.concurrent.CompletableFuture;

/** The registry: models with their aliases, versions, and the history of the aliases. */
final class ModelPages {
  private static final int MODELS = 50;
  private static final int VERSIONS = 20;

  private final LocalCalls calls;

  ModelPages(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse list(PageRequest request) {
    ListModelsResponse page =
        calls.call(
            ModelServiceGrpc.getListModelsMethod(),
            ListModelsRequest.newBuilder()
                .setPageSize(MODELS)
                .setPageToken(request.form().text("page_token"))
                .build());
    return request.page("models", ModelListView.of(page));
  }

  HttpResponse show(PageRequest request) {
    String name = request.path("model");
    Model model =
        calls
            .call(
                ModelServiceGrpc.getGetModelMethod(),
                GetModelRequest.newBuilder().setModel(name).build())
            .getModel();
    ListVersionsResponse versions =
        calls.call(
            ModelServiceGrpc.getListVersionsMethod(),
            ListVersionsRequest.newBuilder()
                .setModel(name)
                .setPageSize(VERSIONS)
                .setPageToken(request.form().text("page_token"))
                .build());
    return request.page(
        "model", ModelView.of(model, versions, mayMoveAliases(model, request.caller())));
  }

  private static boolean mayMoveAliases(Model model, Caller caller) {
    return caller.everywhere(Role.ROLE_APPROVER)
        || (model.getTeamsCount() > 0
            && model.getTeamsList().stream()
                .allMatch(team -> caller.holds(Role.ROLE_APPROVER, team)));
  }

  CompletableFuture<HttpResponse> promote(PageRequest request) {
    Form form = request.form();
    PromoteAliasRequest promote =
        PromoteAliasRequest.newBuilder()
            .setReference(request.path("model") + ":v" + version("version", form.text("version")))
            .setAlias(form.text("alias"))
            .setReason(form.text("reason"))
            .setActor(request.caller().name())
            .build();
    return calls
        .later(ModelServiceGrpc.getPromoteAliasMethod(), promote)
        .thenApply(response -> done(request));
  }

  /** Only from the version that the page showed: another person may have moved the alias since. */
  CompletableFuture<HttpResponse> rollBack(PageRequest request) {
    Form form = request.form();
    RollBackAliasRequest rollBack =
        RollBackAliasRequest.newBuilder()
            .setModel(request.path("model"))
            .setAlias(form.text("alias"))
            .setReason(form.text("reason"))
            .setActor(request.caller().name())
            .setExpectedVersion(version("expected_version", form.text("expected_version")))
            .build();
    return calls
        .later(ModelServiceGrpc.getRollBackAliasMethod(), rollBack)
        .thenApply(response -> done(request));
  }

  private static HttpResponse done(PageRequest request) {
    return PageResponses.seeOther("/models/" + Paths.segment(request.path("model")));
  }

  private static int version(String field, String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new PageException(
          HttpStatus.BAD_REQUEST, field + ": \"" + text + "\" (expected: the number of a version)");
    }
  }
}
