package io.retort.judge.route;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy on loopback that tunnels, and records its requests. */
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket socket;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private ConnectProxy(ServerSocket socket) {
    this.socket = socket;
  }

  static ConnectProxy start() throws IOException {
    ConnectProxy proxy =
        new ConnectProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    run(proxy::serve);
    return proxy;
  }

  URI address(String credentials) {
    return URI.create("http://" + credentials + "@127.0.0.1:" + socket.getLocalPort());
  }

  /** Heads of the requests so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void serve() throws IOException {
    while (true) {
      Socket client = socket.accept();
      run(() -> tunnel(client));
    }
  }

  private void tunnel(Socket client) throws IOException {
    try (client) {
      String head = head(client.getInputStream());
      requests.add(head);
      String[] target = head.split(" ", 3)[1].split(":", 2);
      try (Socket server = new Socket(target[0], Integer.parseInt(target[1]))) {
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        run(() -> copy(server.getInputStream(), client.getOutputStream()));
        copy(client.getInputStream(), server.getOutputStream());
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    return head.toString();
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[4096];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      out.write(buffer, 0, read);
      out.flush();
    }
  }

  private interface Task {
    void run() throws IOException;
  }

  private static void run(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // One side has closed: the tunnel's end.
              }
            },
            "connect-proxy");
    thread.setDaemon(true);
    thread.start();
  }
}
