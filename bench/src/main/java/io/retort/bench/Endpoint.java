package io.retort.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * An OpenAI-compatible endpoint with minimal cost: it answers every chat completion with the same
 * verdict after the same time, and processes a limited number at once; the others wait. GET returns
 * {@link EndpointCounts} instead.
 *
 * <p>Arguments: port (0 for a free one), milliseconds per answer, slots. Prints {@code ready PORT}.
 */
public final class Endpoint {
  private static final int BACKLOG = 4096;

  public static void main(String[] arguments) throws InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    Duration delay = Duration.ofMillis(Integer.parseInt(arguments[1]));
    int slots = Integer.parseInt(arguments[2]);
    // One thread: without locks, and with minimal use of the machine.
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Slots answers = new Slots(loop.next(), delay, slots);
    EndpointCounts counts = new EndpointCounts();
    Channel channel =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    connection
                        .pipeline()
                        .addLast(new HttpRequestDecoder())
                        .addLast(new EndpointConnection(answers, counts));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sync()
            .channel();
    System.out.println("ready " + ((InetSocketAddress) channel.localAddress()).getPort());
    channel.closeFuture().sync();
  }

  private Endpoint() {}
}
