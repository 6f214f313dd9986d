package io.retort.pages;

import java.util.List;

/**
 * A table.
 *
 * @param headings the first is that of the rows' names
 */
public record TableView(String caption, List<String> headings, List<List<String>> rows) {}
