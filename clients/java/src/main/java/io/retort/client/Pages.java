package io.retort.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * A list that comes in pages, each of which is asked for when its first element is.
 *
 * @param read the page of a token; the token of the first is empty
 */
record Pages<T>(Function<String, Page<T>> read) implements Iterable<T> {
  /**
   * @param next token of the page that follows; empty for none
   */
  record Page<T>(List<T> elements, String next) {}

  @Override
  public Iterator<T> iterator() {
    return new Elements<>(read);
  }

  private static final class Elements<T> implements Iterator<T> {
    private final Function<String, Page<T>> read;
    private Iterator<T> page = List.<T>of().iterator();
    private String token = "";
    private boolean first = true;

    Elements(Function<String, Page<T>> read) {
      this.read = read;
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && (first || !token.isEmpty())) {
        Page<T> next = read.apply(token);
        first = false;
        page = next.elements().iterator();
        token = next.next();
      }
      return page.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the list has ended");
      }
      return page.next();
    }
  }
}
