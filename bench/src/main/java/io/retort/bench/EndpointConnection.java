package io.retort.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** One connection of the endpoint. Counts bodies without parsing them. */
final class EndpointConnection extends ChannelInboundHandlerAdapter {
  private static final String COMPLETION =
      """
      {"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench-judge",\
      "choices":[{"index":0,"finish_reason":"stop","logprobs":null,"message":{"role":"assistant",\
      "content":"{\\"critique\\": \\"Each step is small and follows from the one before it.\\", \
      \\"difficulty\\": \\"MEDIUM\\"}","refusal":null}}],\
      "usage":{"prompt_tokens":620,"completion_tokens":28,"total_tokens":648}}""";
  private static final ByteBuf ANSWER =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer().writeBytes(response("200 OK", COMPLETION)).asReadOnly());

  private final Slots slots;
  private final EndpointCounts counts;
  private boolean asksForCounts;

  EndpointConnection(Slots slots, EndpointCounts counts) {
    this.slots = slots;
    this.counts = counts;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request) {
        if (request.decoderResult().isFailure() || request.protocolVersion().majorVersion() != 1) {
          refuse(context);
          return;
        }
        asksForCounts = request.method().equals(HttpMethod.GET);
      }
      if (message instanceof HttpContent content && !asksForCounts) {
        counts.received(content.content().readableBytes());
      }
      if (message instanceof LastHttpContent) {
        ask(context);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void ask(ChannelHandlerContext context) {
    if (asksForCounts) {
      ChannelFuture unused =
          context.writeAndFlush(Unpooled.wrappedBuffer(response("200 OK", counts.toJson())));
      return;
    }
    slots.take(
        () -> {
          counts.answered();
          ChannelFuture unused = context.writeAndFlush(ANSWER.duplicate(), context.voidPromise());
        });
  }

  /** Clients that try HTTP/2 first fall back to HTTP/1.1, which such endpoints support. */
  private static void refuse(ChannelHandlerContext context) {
    ChannelFuture unused =
        context
            .writeAndFlush(Unpooled.wrappedBuffer(response("505 HTTP Version Not Supported", "{}")))
            .addListener(ChannelFutureListener.CLOSE);
  }

  private static byte[] response(String status, String json) {
    return ("HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + json.getBytes(StandardCharsets.UTF_8).length
            + "\r\n\r\n"
            + json)
        .getBytes(StandardCharsets.UTF_8);
  }
}
