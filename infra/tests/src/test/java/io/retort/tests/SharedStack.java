package io.retort.tests;

import io.retort.v1.RunSpec;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One stack and its scripted model for all test classes of a JVM, taken down after the last of
 * them.
 */
final class SharedStack implements AutoCloseable {
  /** Multiples of three keep the shares of MEDIUM, SIMPLE and HARD problems equal. */
  static final int ROWS = 24;

  private static final int PROBLEMS = 40 * ROWS;
  private static final int UNSEEN = 4;

  private final Path folder;
  private final WordProblems problems = WordProblems.range(0, PROBLEMS);
  private final AtomicInteger taken = new AtomicInteger();
  private final Path unseenFile;
  private final ScriptedModel model;
  private final TestStack stack;

  private SharedStack() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("retort");
    unseenFile = WordProblems.range(1000, UNSEEN).write(folder.resolve("unseen.jsonl"));
    model = new ScriptedModel(problems);
    stack = TestStack.start(folder, model);
  }

  /** Passes the stack to tests as a parameter. */
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == SharedStack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      // With several JVMs each class is an execution of its own, and the root's store ends with it.
      return context
          .getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
          .computeIfAbsent(Start.class, key -> new Start(), Start.class)
          .stack();
    }
  }

  /** The start of a stack, whose failure fails the tests of all classes, without another start. */
  private static final class Start implements AutoCloseable {
    private static final String PORT_TAKEN = "(expected: a free port)";

    private Optional<SharedStack> stack = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();

    Start() {
      attempt();
      // Another process may take a port between its choice and its use.
      if (failure
          .map(Throwable::getMessage)
          .filter(text -> text.contains(PORT_TAKEN))
          .isPresent()) {
        attempt();
      }
    }

    private void attempt() {
      try {
        stack = Optional.of(new SharedStack());
        failure = Optional.empty();
      } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
        failure = Optional.of(e);
      }
    }

    SharedStack stack() {
      return stack.orElseThrow(
          () -> new IllegalStateException("the stack does not start", failure.orElseThrow()));
    }

    @Override
    public void close() throws IOException {
      if (stack.isPresent()) {
        stack.get().close();
      }
    }
  }

  Path folder() {
    return folder;
  }

  ScriptedModel model() {
    return model;
  }

  TestStack stack() {
    return stack;
  }

  /** Problems that no run trains on. */
  Path unseen() {
    return unseenFile;
  }

  RunClient runs() {
    return new RunClient(stack.runs());
  }

  /** {@link #ROWS} problems that no other caller receives. */
  WordProblems takeProblems() {
    int from = taken.getAndAdd(ROWS);
    return new WordProblems(problems.problems().subList(from, from + ROWS));
  }

  Path write(WordProblems rows, String name) throws IOException {
    return rows.write(folder.resolve(name + ".jsonl"));
  }

  /** A small run over the file. */
  RunSpec.Builder spec(String name, Path trainFile) {
    return RunSpecs.of(name, trainFile, unseenFile);
  }

  @Override
  public void close() throws IOException {
    model.release();
    try {
      stack.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the stack was taken down");
    }
    model.close();
  }
}
