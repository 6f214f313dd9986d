package io.retort.pages;

import java.util.List;

/**
 * Runs that wait for a person's decision, oldest first.
 *
 * @param next address of the next page, empty on the last one
 */
public record ApprovalListView(List<RunView> runs, String next) {}
