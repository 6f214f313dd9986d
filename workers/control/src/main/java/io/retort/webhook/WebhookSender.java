package io.retort.webhook;

import com.google.common.net.InetAddresses;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WriteTimeoutException;
import com.linecorp.armeria.client.proxy.ProxyConfig;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.SplitHttpResponse;
import io.netty.channel.ConnectTimeoutException;
import io.retort.v1.DeliveryError;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Posts signed events to receivers. The host's address is looked up once for a call, checked, and
 * connected to, so that no second look-up can give another one; TLS and the header Host keep the
 * name. Redirects are not followed, and of an answer no more than its beginning is read.
 */
public final class WebhookSender implements AutoCloseable {
  private static final MediaType CLOUD_EVENT =
      MediaType.create("application", "cloudevents+json").withCharset(StandardCharsets.UTF_8);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
  private static final int LONGEST_MESSAGE = 300;
  private static final int GONE = 410;

  private final ReceiverAddresses addresses;
  private final Resolver resolver;
  private final ClientFactory factory;
  private final Duration timeout;

  /** Finds the addresses of a host. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  public WebhookSender(ReceiverAddresses addresses) {
    this(
        addresses,
        InetAddress::getAllByName,
        // Calls are rare and go to many hosts: connections are not kept.
        ClientFactory.builder()
            .connectTimeout(CONNECT_TIMEOUT)
            .idleTimeout(CONNECT_TIMEOUT)
            .proxyConfig(ProxyConfig.direct())
            .build(),
        Duration.ofSeconds(15));
  }

  /**
   * @param timeout from the first byte that is sent to the last one that is read
   */
  WebhookSender(
      ReceiverAddresses addresses, Resolver resolver, ClientFactory factory, Duration timeout) {
    this.addresses = addresses;
    this.resolver = resolver;
    this.factory = factory;
    this.timeout = timeout;
  }

  /**
   * Posts a body once. Never throws for what a receiver does.
   *
   * @param url that {@link ReceiverAddresses#problem} has nothing against
   * @param secrets at least one
   */
  public WebhookAnswer send(
      String url, String id, Instant now, String body, List<WebhookSecret> secrets)
      throws InterruptedException {
    Optional<String> problem = addresses.problem(url);
    if (problem.isPresent()) {
      return WebhookAnswer.failed(
          DeliveryError.DELIVERY_ERROR_ADDRESS_REFUSED, "url: " + problem.get());
    }
    URI uri = URI.create(url);
    String host = ReceiverAddresses.host(uri);
    InetAddress[] found;
    try {
      found = resolver.resolve(host);
    } catch (UnknownHostException e) {
      return WebhookAnswer.failed(
          DeliveryError.DELIVERY_ERROR_UNKNOWN_HOST, host + " has no address");
    }
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    for (InetAddress address : found) {
      if (secure ? addresses.isOpen(host, address) : addresses.isAllowed(host, address)) {
        return post(
            uri, secure, endpoint(uri, host, address), request(uri, id, now, body, secrets));
      }
    }
    return WebhookAnswer.failed(
        DeliveryError.DELIVERY_ERROR_ADDRESS_REFUSED,
        addresses.isOpen(host, found[0])
            ? ReceiverAddresses.refusalOfHttp()
            : ReceiverAddresses.refusal(host, found[0]));
  }

  @Override
  public void close() {
    factory.close();
  }

  private static Endpoint endpoint(URI uri, String host, InetAddress address) {
    Endpoint endpoint = uri.getPort() < 0 ? Endpoint.of(host) : Endpoint.of(host, uri.getPort());
    return InetAddresses.isInetAddress(host)
        ? endpoint
        : endpoint.withIpAddr(InetAddresses.toAddrString(address));
  }

  private static HttpRequest request(
      URI uri, String id, Instant now, String body, List<WebhookSecret> secrets) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return HttpRequest.of(
        RequestHeaders.builder(
                HttpMethod.POST, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .contentType(CLOUD_EVENT)
            .set(HttpHeaderNames.USER_AGENT, "Retort")
            .set(WebhookSignature.ID, id)
            .set(WebhookSignature.TIMESTAMP, Long.toString(now.getEpochSecond()))
            .set(WebhookSignature.SIGNATURE, WebhookSignature.sign(id, now, bytes, secrets))
            .build(),
        HttpData.wrap(bytes));
  }

  private WebhookAnswer post(URI uri, boolean secure, Endpoint endpoint, HttpRequest request)
      throws InterruptedException {
    // Without TLS no HTTP/2, which not every receiver knows how to refuse.
    SplitHttpResponse response =
        WebClient.builder(secure ? SessionProtocol.HTTPS : SessionProtocol.H1C, endpoint)
            .factory(factory)
            .responseTimeout(timeout)
            .writeTimeout(timeout)
            .maxResponseLength(0)
            .build()
            .execute(request)
            .split();
    AnswerBeginning beginning = new AnswerBeginning();
    response.body().subscribe(beginning);
    ResponseHeaders headers;
    try {
      headers =
          response.headers().get(timeout.plus(CONNECT_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return failed(uri, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      beginning.cancel();
      return failed(uri, e);
    }
    return answer(headers, beginning.await(timeout));
  }

  private static WebhookAnswer answer(ResponseHeaders headers, String text) {
    int status = headers.status().code();
    if (headers.status().isSuccess()) {
      return new WebhookAnswer(
          status, DeliveryError.DELIVERY_ERROR_UNSPECIFIED, "", text, Duration.ZERO);
    }
    if (headers.status().isRedirection()) {
      return new WebhookAnswer(
          status,
          DeliveryError.DELIVERY_ERROR_REDIRECT,
          "answered "
              + status
              + " to "
              + plain(headers.get(HttpHeaderNames.LOCATION, "another place"))
              + ", which is not followed (expected: 2xx; set the URL to it)",
          text,
          retryAfter(headers));
    }
    return new WebhookAnswer(
        status,
        status == GONE ? DeliveryError.DELIVERY_ERROR_GONE : DeliveryError.DELIVERY_ERROR_STATUS,
        "answered " + status + " (expected: 2xx)",
        text,
        retryAfter(headers));
  }

  private static WebhookAnswer failed(URI uri, Throwable thrown) {
    String host = String.valueOf(uri.getHost());
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return WebhookAnswer.failed(
            DeliveryError.DELIVERY_ERROR_TLS,
            "no secure connection to " + host + ": " + plain(String.valueOf(cause.getMessage())));
      }
      if (cause instanceof ResponseTimeoutException
          || cause instanceof WriteTimeoutException
          || cause instanceof ConnectTimeoutException
          || cause instanceof TimeoutException) {
        return WebhookAnswer.failed(
            DeliveryError.DELIVERY_ERROR_TIMEOUT, host + " has not answered in time");
      }
    }
    return WebhookAnswer.failed(
        DeliveryError.DELIVERY_ERROR_CONNECTION,
        "no connection to " + host + ": " + plain(String.valueOf(root(thrown).getMessage())));
  }

  private static Throwable root(Throwable thrown) {
    return thrown.getCause() == null ? thrown : root(thrown.getCause());
  }

  /** As seconds or as a date. */
  private static Duration retryAfter(ResponseHeaders headers) {
    String value = headers.get(HttpHeaderNames.RETRY_AFTER, "").strip();
    Duration asked = Duration.ZERO;
    if (SECONDS.matcher(value).matches()) {
      asked = Duration.ofSeconds(Long.parseLong(value));
    } else if (!value.isEmpty()) {
      asked = untilDate(value, headers.get(HttpHeaderNames.DATE, ""));
    }
    return asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
  }

  /** By the receiver's own clock. */
  private static Duration untilDate(String date, String now) {
    try {
      Duration left =
          Duration.between(
              ZonedDateTime.parse(now, DateTimeFormatter.RFC_1123_DATE_TIME),
              ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME));
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeException e) {
      // A receiver that says it wrongly is called as planned.
      return Duration.ZERO;
    }
  }

  private static String plain(String text) {
    return AnswerBeginning.plain(
        text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "..." : text);
  }
}
