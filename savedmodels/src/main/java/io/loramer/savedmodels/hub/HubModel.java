package io.loramer.savedmodels.hub;

import java.util.regex.Pattern;

/**
 * A repository of the hub at one of its revisions.
 *
 * @param name {@code organisation/name}, or {@code name} alone for the oldest repositories
 * @param revision a branch, a tag or a commit
 */
public record HubModel(String name, String revision) {
  /** The name of a repository's main branch. */
  public static final String MAIN = "main";

  private static final Pattern NAME =
      Pattern.compile("(\\w([\\w.-]{0,94}\\w)?/)?\\w([\\w.-]{0,94}\\w)?");

  private static final Pattern REVISION = Pattern.compile("\\w[\\w.-]{0,99}(/\\w[\\w.-]{0,99})*");

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** Checks both, since they become folders of the cache and must not lead out of it. */
  public HubModel {
    if (!NAME.matcher(name).matches() || name.matches(".*(\\.\\.|--|\\.git$).*")) {
      throw new IllegalArgumentException(
          name
              + ": expected a model of the hub such as microsoft/wavlm-base-plus: letters, digits"
              + " and -_. without -- or ..");
    }
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      throw new IllegalArgumentException(
          name + ": expected a branch, a tag or a commit as revision, found " + revision);
    }
  }

  /** Returns whether the revision is a commit, which never changes. */
  boolean isCommit() {
    return isCommit(revision);
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  @Override
  public String toString() {
    return name + "@" + revision;
  }
}
