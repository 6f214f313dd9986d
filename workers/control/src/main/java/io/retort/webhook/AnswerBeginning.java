package io.retort.webhook;

import com.google.common.base.CharMatcher;
import com.linecorp.armeria.common.HttpData;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads the first 1 KiB of an answer and then stops the receiver from sending more. */
final class AnswerBeginning implements Subscriber<HttpData> {
  private static final int LONGEST = 1024;

  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Subscription subscription;

  @Override
  public synchronized void onSubscribe(Subscription started) {
    subscription = started;
    started.request(1);
  }

  @Override
  public synchronized void onNext(HttpData data) {
    byte[] bytes = data.array();
    content.write(bytes, 0, Math.min(bytes.length, LONGEST - content.size()));
    if (subscription == null) {
      return;
    }
    if (content.size() < LONGEST) {
      subscription.request(1);
    } else {
      subscription.cancel();
      ended.countDown();
    }
  }

  @Override
  public void onError(Throwable thrown) {
    // What was read until then is enough: the status says how the call ended.
    ended.countDown();
  }

  @Override
  public void onComplete() {
    ended.countDown();
  }

  synchronized void cancel() {
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** What has come, once all has or the time is over. */
  String await(Duration limit) throws InterruptedException {
    boolean whole = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    synchronized (this) {
      if (!whole) {
        cancel();
      }
      return plain(content.toString(StandardCharsets.UTF_8));
    }
  }

  /** Without characters that would steer a terminal or change the direction of a text. */
  static String plain(String text) {
    return CharMatcher.javaIsoControl()
        .or(CharMatcher.inRange('\u202a', '\u202e'))
        .or(CharMatcher.inRange('\u2066', '\u2069'))
        .replaceFrom(text, ' ')
        .strip();
  }
}
