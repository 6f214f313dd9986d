package io.retort.answers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A child process that answers a line with a line. Its errors go to this process's log. */
final class AnswerServer {
  /** Taken for the end of the output; never a line of it, lines being compared by identity. */
  private static final String END = "end of output";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  AnswerServer(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    Thread reader = new Thread(this::readAll, "retort-answer-server");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Writes a line and waits for the answer.
   *
   * @throws IOException when the process has ended
   * @throws TimeoutException when it does not answer in time; the process is of no use afterwards
   */
  String exchange(String line, Duration timeout)
      throws IOException, TimeoutException, InterruptedException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
    String answer = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw new TimeoutException("no answer within " + timeout);
    }
    if (isEnd(answer)) {
      throw new IOException("the process has ended");
    }
    return answer;
  }

  void kill() {
    process.destroyForcibly();
  }

  @SuppressWarnings("ReferenceEquality") // A line of the output may read the same.
  private static boolean isEnd(String line) {
    return line == END;
  }

  private void readAll() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // A killed process's pipe is closed under the reader: its end, like any other.
    } finally {
      lines.add(END);
    }
  }
}
