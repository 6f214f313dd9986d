package io.retort.release.report;

import io.retort.report.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows on their way through columns of nodes: bars as high as rows are many, and a ribbon from node
 * to node.
 */
record Sankey(String label, int height, List<Bar> bars, List<Ribbon> ribbons) {
  private static final int WIDTH = 760;
  private static final int TOP = 12;
  private static final int BAR = 14;
  private static final int LAST_LABEL = 196;
  private static final double ROWS_HEIGHT = 220;
  private static final double GAP = 22;
  private static final double SMALLEST = 2;

  /**
   * A node as it is drawn.
   *
   * @param kind class of the colour
   */
  record Bar(
      String kind, String x, String y, String height, String labelX, String labelY, String text) {}

  /**
   * @param path outline
   * @param title what it is, for people who point at it
   */
  record Ribbon(String kind, String path, String title) {}

  /**
   * A node, in the 0-based column.
   *
   * @param kind class of the colour
   */
  record Node(int column, String name, String kind) {}

  private record Link(Node from, Node to, String kind, long rows) {}

  /** Collects links; nodes stand in their column in the order in which they are first named. */
  static final class Builder {
    private final List<Link> links = new ArrayList<>();
    private final Map<Node, Long> nodes = new LinkedHashMap<>();

    /** Fixes the place of a node within its column. */
    Builder node(Node node) {
      nodes.putIfAbsent(node, 0L);
      return this;
    }

    /** Rows from one node to another, of a column further right; those of 0 are left out. */
    Builder link(Node from, Node to, String kind, long rows) {
      if (rows > 0) {
        node(from).node(to);
        links.add(new Link(from, to, kind, rows));
      }
      return this;
    }

    Sankey build(String label) {
      links.forEach(
          link -> {
            nodes.merge(link.from(), 0L, Long::sum);
            nodes.merge(link.to(), 0L, Long::sum);
          });
      Map<Node, Long> sizes = new LinkedHashMap<>();
      nodes
          .keySet()
          .forEach(node -> sizes.put(node, Math.max(rows(node, true), rows(node, false))));
      sizes.values().removeIf(size -> size == 0);
      return new Layout(sizes, links).draw(label);
    }

    private long rows(Node node, boolean leaving) {
      return links.stream()
          .filter(link -> (leaving ? link.from() : link.to()).equals(node))
          .mapToLong(Link::rows)
          .sum();
    }
  }

  private static final class Layout {
    private final Map<Node, Long> sizes;
    private final List<Link> links;
    private final Map<Node, Double> tops = new HashMap<>();
    private final int lastColumn;
    private final double scale;

    Layout(Map<Node, Long> sizes, List<Link> links) {
      this.sizes = sizes;
      this.links = links;
      lastColumn = sizes.keySet().stream().mapToInt(Node::column).max().orElse(1);
      long most = 1;
      for (int column = 0; column <= lastColumn; column++) {
        most = Math.max(most, inColumn(column).stream().mapToLong(this::size).sum());
      }
      scale = ROWS_HEIGHT / most;
    }

    Sankey draw(String label) {
      List<Bar> bars = new ArrayList<>();
      double bottom = TOP + ROWS_HEIGHT;
      for (int column = 0; column <= lastColumn; column++) {
        double y = TOP;
        for (Node node : inColumn(column)) {
          tops.put(node, y);
          double height = height(size(node));
          bars.add(bar(node, y, height));
          y += height + GAP;
        }
        bottom = Math.max(bottom, y - GAP);
      }
      return new Sankey(label, (int) Math.ceil(bottom + TOP), bars, ribbons());
    }

    private Bar bar(Node node, double y, double height) {
      return new Bar(
          node.kind(),
          Svg.number(x(node)),
          Svg.number(y),
          Svg.number(height),
          Svg.number(x(node) + BAR + 8),
          Svg.number(y + height / 2 + 4.5),
          node.name() + ", " + Figures.count(size(node)));
    }

    /** Ribbons leave and reach a node in the order of the nodes at their other ends. */
    private List<Ribbon> ribbons() {
      Map<Node, Double> left = new HashMap<>(tops);
      Map<Node, Double> reached = new HashMap<>(tops);
      Map<Link, Double> ends = new HashMap<>();
      links.stream()
          .sorted(Comparator.comparingDouble(link -> at(tops, link.from())))
          .forEach(
              link -> {
                ends.put(link, at(reached, link.to()));
                reached.merge(link.to(), link.rows() * scale, Double::sum);
              });
      List<Ribbon> ribbons = new ArrayList<>();
      links.stream()
          .sorted(Comparator.comparingDouble(link -> at(tops, link.to())))
          .forEach(
              link -> {
                double start = at(left, link.from());
                double width = link.rows() * scale;
                left.merge(link.from(), width, Double::sum);
                ribbons.add(ribbon(link, start, at(ends, link), Math.max(SMALLEST / 2, width)));
              });
      return ribbons;
    }

    private Ribbon ribbon(Link link, double start, double end, double width) {
      double from = x(link.from()) + BAR;
      double to = x(link.to());
      String middle = Svg.number((from + to) / 2);
      String path =
          String.join(
              " ",
              "M" + Svg.number(from),
              Svg.number(start),
              "C" + middle,
              Svg.number(start),
              middle,
              Svg.number(end),
              Svg.number(to),
              Svg.number(end),
              "L" + Svg.number(to),
              Svg.number(end + width),
              "C" + middle,
              Svg.number(end + width),
              middle,
              Svg.number(start + width),
              Svg.number(from),
              Svg.number(start + width),
              "Z");
      return new Ribbon(
          link.kind(),
          path,
          link.from().name() + " to " + link.to().name() + ": " + Figures.count(link.rows()));
    }

    private double x(Node node) {
      return node.column() * (WIDTH - LAST_LABEL - BAR) / (double) lastColumn;
    }

    private long size(Node node) {
      return sizes.getOrDefault(node, 0L);
    }

    private static <K> double at(Map<K, Double> places, K key) {
      return places.getOrDefault(key, 0.0);
    }

    private double height(long rows) {
      return Math.max(SMALLEST, rows * scale);
    }

    private List<Node> inColumn(int column) {
      return sizes.keySet().stream().filter(node -> node.column() == column).toList();
    }
  }
}
