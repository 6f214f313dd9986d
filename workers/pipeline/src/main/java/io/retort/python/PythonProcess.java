package io.retort.python;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that answers each JSON object with one of the same id. Other lines of its output
 * are ignored. Its standard error is written to this process's log.
 */
final class PythonProcess {
  private static final Logger LOGGER = LoggerFactory.getLogger(PythonProcess.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LONGEST_LOGGED = 200;

  /**
   * Marks the end of the output; cannot be confused with a line because it is compared by identity.
   */
  private static final String END = "end of output";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private long asked;

  PythonProcess(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    Thread reader = new Thread(this::readAll, "retort-answer-server");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Sends a question without {@code id} and waits for the reply. Handles one question at a time.
   *
   * @throws IOException if the process has ended
   * @throws TimeoutException if it does not answer in time; the process is unusable afterwards
   */
  JsonNode exchange(Map<String, Object> fields, Duration timeout)
      throws IOException, TimeoutException, InterruptedException {
    long id = ++asked;
    OutputStream input = process.getOutputStream();
    input.write((question(id, fields) + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw new TimeoutException("no answer within " + timeout);
      }
      if (isEnd(line)) {
        throw new IOException("the process has ended");
      }
      JsonNode reply = parse(line);
      if (isReply(reply, id)) {
        return reply;
      }
      LOGGER.warn(
          "a line of the answer checker is no reply to question {}: {}",
          id,
          line.substring(0, Math.min(line.length(), LONGEST_LOGGED)));
    }
  }

  void kill() {
    process.destroyForcibly();
  }

  /**
   * Whether the reply belongs to this question. A reply without an id belongs to a question that
   * could not be parsed.
   */
  private static boolean isReply(JsonNode reply, long id) {
    JsonNode found = reply.path("id");
    return found.isIntegralNumber()
        ? found.longValue() == id
        : found.isNull() && reply.hasNonNull("error");
  }

  private static JsonNode parse(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  private static String question(long id, Map<String, Object> fields) {
    Map<String, Object> question = new LinkedHashMap<>();
    question.put("id", id);
    question.putAll(fields);
    try {
      return MAPPER.writeValueAsString(question);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text is always JSON", e);
    }
  }

  // Compared by identity, because a line of the output may have the same text.
  @SuppressWarnings("ReferenceEquality")
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
      // If the process is killed, its pipe closes under the reader, which is a normal end of the
      // output.
    } finally {
      lines.add(END);
    }
  }
}
