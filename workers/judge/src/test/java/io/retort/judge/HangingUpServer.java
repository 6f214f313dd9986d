package io.retort.judge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** Reads the first bytes of each connection and closes it without a response. */
final class HangingUpServer implements AutoCloseable {
  private final ServerSocket socket;

  private HangingUpServer(ServerSocket socket) {
    this.socket = socket;
  }

  static HangingUpServer start() throws IOException {
    HangingUpServer server =
        new HangingUpServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread thread = new Thread(server::serve, "hanging-up");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  URI baseUrl() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        int unused = connection.getInputStream().read(new byte[64]);
      } catch (IOException e) {
        // The test's end, or the client was faster; either way the next one is accepted.
      }
    }
  }
}
