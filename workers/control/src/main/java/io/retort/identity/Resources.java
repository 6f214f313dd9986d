package io.retort.identity;

import com.google.protobuf.Message;
import java.io.IOException;
import java.util.List;

/** Finds what a request is about. */
public interface Resources {
  /**
   * All that the request names; empty where it names nothing that a team owns.
   *
   * @throws io.grpc.StatusRuntimeException if something does not exist or cannot be looked up
   * @throws IOException if the store cannot be read
   */
  List<Resource> of(Message request) throws IOException;
}
