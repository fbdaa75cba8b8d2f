package io.loramer.savedmodels.hub;

/**
 * A file of a repository, as the hub describes it.
 *
 * @param commit of the repository
 * @param etag the hash of its content: SHA-256 of a large file, git's SHA-1 of a small one
 * @param size in bytes
 */
record HubFile(String name, String commit, String etag, long size) {}
