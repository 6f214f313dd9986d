package io.retort.tests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import io.retort.tests.WordProblems.WordProblem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * An OpenAI-compatible server that plays judge and student by script, over real HTTP, and counts
 * its requests.
 *
 * <p>Of three consecutive problems the first is MEDIUM without a rewrite, the second SIMPLE and the
 * third HARD until rewritten.
 */
final class ScriptedModel implements AutoCloseable {
  /** The kind of a request, recognised by a sentence of its prompt. */
  enum Question {
    EVALUATE("Its key \"critique\" holds"),
    VALIDATE("Its key \"reason\" holds"),
    EXPAND("Write the chain in more detail"),
    SIMPLIFY("Write the chain more simply"),
    CORRUPT("The mistake must look plausible"),
    SOLVE("as \\boxed{answer}");

    private final String sign;

    Question(String sign) {
      this.sign = sign;
    }

    static Question of(String prompt) {
      for (Question question : values()) {
        if (prompt.contains(question.sign)) {
          return question;
        }
      }
      throw new IllegalArgumentException("prompt: " + prompt + " (expected: one of the judge's)");
    }
  }

  /** Model name in its answers. */
  static final String MODEL = "scripted-1";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REWRITTEN = "Step by step";

  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Map<Integer, Supplier<HttpResponse>> refused = new ConcurrentHashMap<>();
  private final AtomicInteger evaluations = new AtomicInteger();
  private final WordProblems problems;
  private Server server;
  private int port;
  private volatile int holdAfterEvaluations = Integer.MAX_VALUE;
  private final AtomicInteger held = new AtomicInteger();
  private volatile CompletableFuture<Void> released = new CompletableFuture<>();
  private volatile HttpStatus refusal = HttpStatus.OK;

  ScriptedModel(WordProblems problems) {
    this.problems = problems;
    server = listen(0);
  }

  private Server listen(int port) {
    Server started =
        Server.builder()
            .http(port)
            .requestTimeoutMillis(0)
            .service(
                "/v1/chat/completions",
                (context, request) ->
                    HttpResponse.of(request.aggregate().thenCompose(this::answer)))
            .build();
    started.start().join();
    return started;
  }

  /** Drops every connection with its open calls, and listens again at the same port. */
  void restart() {
    goAway();
    comeBack();
  }

  /** Drops every connection, and refuses new ones. */
  void goAway() {
    port = server.activeLocalPort();
    server.stop().join();
  }

  /** Listens again at the same port. */
  void comeBack() {
    server = listen(port);
  }

  /** Address including {@code /v1}. */
  String baseUrl() {
    return "http://127.0.0.1:" + server.activeLocalPort() + "/v1";
  }

  /**
   * Answers {@code evaluations} more evaluations, then blocks all others until {@link #release}.
   */
  void holdAfter(int more) {
    released = new CompletableFuture<>();
    held.set(0);
    holdAfterEvaluations = evaluations.get() + more;
  }

  /** Evaluations that have been blocked since {@link #holdAfter}. */
  int held() {
    return held.get();
  }

  void release() {
    holdAfterEvaluations = Integer.MAX_VALUE;
    released.complete(null);
  }

  /** Answers everything with this status from now on; OK restores the script. */
  void refuseWith(HttpStatus status) {
    refusal = status;
  }

  /** Answers everything about the problem with this status from now on. */
  void refuse(WordProblem problem, HttpStatus status, String body) {
    refused.put(problem.number(), () -> HttpResponse.of(status, MediaType.JSON, body));
  }

  /** Number of times that the question was asked about the problem. */
  int asked(Question question, WordProblem problem) {
    AtomicInteger count = asked.get(key(question, problem));
    return count == null ? 0 : count.get();
  }

  /**
   * Evaluations in addition to those of an undisturbed run, which evaluates each chain of a row
   * once.
   */
  int askedAgain(WordProblem problem) {
    int needed = problem.number() % 3 == 0 ? 1 : 2;
    return asked(Question.EVALUATE, problem) - needed;
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private CompletableFuture<HttpResponse> answer(AggregatedHttpRequest request) {
    if (!refusal.equals(HttpStatus.OK)) {
      return CompletableFuture.completedFuture(HttpResponse.of(refusal));
    }
    String prompt = prompt(request.contentUtf8());
    Question question = Question.of(prompt);
    Optional<WordProblem> problem = problems.in(prompt);
    problem.ifPresent(
        known ->
            asked
                .computeIfAbsent(key(question, known), key -> new AtomicInteger())
                .incrementAndGet());
    Optional<Supplier<HttpResponse>> refusedAlone =
        problem.flatMap(known -> Optional.ofNullable(refused.get(known.number())));
    if (refusedAlone.isPresent()) {
      return CompletableFuture.completedFuture(refusedAlone.get().get());
    }
    HttpResponse response =
        completion(
            problem
                .map(known -> text(question, known, prompt))
                .orElseGet(() -> textOnAnything(question)));
    if (question == Question.EVALUATE && evaluations.incrementAndGet() > holdAfterEvaluations) {
      held.incrementAndGet();
      return released.thenApply(done -> response);
    }
    return CompletableFuture.completedFuture(response);
  }

  private static String text(Question question, WordProblem problem, String prompt) {
    return switch (question) {
      case EVALUATE -> verdict(problem, prompt);
      case VALIDATE -> json(Map.of("reason", "Every step holds.", "sound", true));
      case EXPAND, SIMPLIFY ->
          REWRITTEN + ": " + problem.chain() + "\n\n\\boxed{" + problem.answer() + "}";
      case CORRUPT ->
          "She starts with "
              + problem.first()
              + " apples.\n\n"
              + problem.first()
              + " + "
              + problem.second()
              + " = "
              + (problem.answer() + 1)
              + ".\n\n\\boxed{"
              + (problem.answer() + 1)
              + "}";
      case SOLVE -> "I cannot tell.";
    };
  }

  /** For problems outside the script: every chain is MEDIUM and sound. */
  private static String textOnAnything(Question question) {
    return switch (question) {
      case EVALUATE -> json(Map.of("critique", "It is balanced.", "difficulty", "MEDIUM"));
      case VALIDATE -> json(Map.of("reason", "Every step holds.", "sound", true));
      case CORRUPT -> "All of it is one number.\n\n\\boxed{-98765}";
      case EXPAND, SIMPLIFY, SOLVE -> "I cannot tell.";
    };
  }

  private static String verdict(WordProblem problem, String prompt) {
    String difficulty =
        prompt.contains(REWRITTEN)
            ? "MEDIUM"
            : List.of("MEDIUM", "SIMPLE", "HARD").get(problem.number() % 3);
    return json(Map.of("critique", "It is " + difficulty + ".", "difficulty", difficulty));
  }

  private static HttpResponse completion(String text) {
    return HttpResponse.of(
        HttpStatus.OK,
        MediaType.JSON,
        json(
            Map.of(
                "id",
                "scripted",
                "object",
                "chat.completion",
                "model",
                MODEL,
                "choices",
                List.of(
                    Map.of(
                        "index",
                        0,
                        "finish_reason",
                        "stop",
                        "message",
                        Map.of("role", "assistant", "content", text))),
                "usage",
                Map.of("prompt_tokens", 50, "completion_tokens", 20, "total_tokens", 70))));
  }

  private static String prompt(String body) {
    try {
      StringBuilder prompt = new StringBuilder();
      for (JsonNode message : JSON.readTree(body).path("messages")) {
        prompt.append(message.path("content").asText()).append('\n');
      }
      return prompt.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("request: " + body, e);
    }
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String key(Question question, WordProblem problem) {
    return question + "/" + problem.number();
  }
}
