package io.loramer.recognition.batches;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;

/** Groups utterances into batches of similar lengths, to reduce padding. */
public final class Buckets {
  /** The number of batches sorted together: a higher one pads less and shuffles less. */
  private static final int POOL = 50;

  /**
   * The relative noise added to lengths before sorting, so that small corpora too give other
   * batches in every epoch.
   */
  private static final double JITTER = 0.05;

  private Buckets() {}

  /**
   * Divides an epoch into batches in random order.
   *
   * @param seed equal seeds give equal batches
   */
  public static <T> List<List<T>> shuffled(
      List<T> items, ToIntFunction<T> length, int batchSize, long seed) {
    Random random = new Random(seed);
    List<T> order = new ArrayList<>(items);
    Collections.shuffle(order, random);
    List<List<T>> batches = new ArrayList<>();
    for (List<T> pool : inOrder(order, POOL * batchSize)) {
      Map<T, Double> jittered = new HashMap<>();
      for (T item : pool) {
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        jittered.put(item, length.applyAsInt(item) * factor);
      }
      List<T> sorted = new ArrayList<>(pool);
      sorted.sort(Comparator.comparing(jittered::get));
      batches.addAll(inOrder(sorted, batchSize));
    }
    Collections.shuffle(batches, random);
    return batches;
  }

  /** Divides items into batches, the longest first, so that a lack of memory shows at once. */
  public static <T> List<List<T>> byLength(List<T> items, ToIntFunction<T> length, int batchSize) {
    return inOrder(longestFirst(items, length), batchSize);
  }

  /**
   * Divides items, the longest first, into batches of at most a total length, padding included. An
   * item that is longer than the total has a batch of its own.
   */
  public static <T> List<List<T>> byLengthUpTo(List<T> items, ToIntFunction<T> length, int total) {
    List<List<T>> batches = new ArrayList<>();
    int longest = 0;
    for (T item : longestFirst(items, length)) {
      List<T> last = batches.isEmpty() ? List.of() : batches.get(batches.size() - 1);
      if (batches.isEmpty() || (last.size() + 1L) * longest > total) {
        batches.add(new ArrayList<>(List.of(item)));
        longest = length.applyAsInt(item);
      } else {
        last.add(item);
      }
    }
    return batches;
  }

  /** Divides items into batches; the last one may be smaller. */
  public static <T> List<List<T>> inOrder(List<T> items, int batchSize) {
    List<List<T>> batches = new ArrayList<>();
    for (int from = 0; from < items.size(); from += batchSize) {
      batches.add(items.subList(from, Math.min(from + batchSize, items.size())));
    }
    return batches;
  }

  /** Returns the share of padding in batches that are not empty, in [0, 1). */
  public static <T> double padding(List<List<T>> batches, ToIntFunction<T> length) {
    long all = 0;
    long used = 0;
    for (List<T> batch : batches) {
      all += (long) batch.size() * batch.stream().mapToInt(length).max().orElseThrow();
      used += batch.stream().mapToLong(length::applyAsInt).sum();
    }
    return 1 - (double) used / all;
  }

  private static <T> List<T> longestFirst(List<T> items, ToIntFunction<T> length) {
    List<T> sorted = new ArrayList<>(items);
    sorted.sort(Comparator.comparingInt(length).reversed());
    return sorted;
  }
}
