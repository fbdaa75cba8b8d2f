package io.loramer.recognition.batches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BucketsTest {
  /** Items that stand for utterances; the number is the length. */
  private static List<Integer> items(int count) {
    return IntStream.rangeClosed(1, count).boxed().toList();
  }

  @Test
  void everyItemIsInOneBatchOfAnEpoch() {
    List<List<Integer>> batches = Buckets.shuffled(items(11), n -> n, 4, 7);
    assertEquals(List.of(3, 4, 4), batches.stream().map(List::size).sorted().toList());
    Set<Integer> all = new HashSet<>();
    batches.forEach(all::addAll);
    assertEquals(new HashSet<>(items(11)), all);
  }

  @Test
  void seedDeterminesTheBatches() {
    assertEquals(
        Buckets.shuffled(items(30), n -> n, 4, 7), Buckets.shuffled(items(30), n -> n, 4, 7));
    List<Set<Integer>> seven = sets(Buckets.shuffled(items(30), n -> n, 4, 7));
    List<Set<Integer>> eight = sets(Buckets.shuffled(items(30), n -> n, 4, 8));
    assertNotEquals(new HashSet<>(seven), new HashSet<>(eight), "the same batches, in any order");
  }

  private static List<Set<Integer>> sets(List<List<Integer>> batches) {
    List<Set<Integer>> sets = new ArrayList<>();
    batches.forEach(batch -> sets.add(Set.copyOf(batch)));
    return sets;
  }

  @Test
  void bucketedBatchesHaveLittlePadding() {
    List<Integer> lengths = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 640; i++) {
      lengths.add(30 + random.nextInt(620));
    }
    assertTrue(Buckets.padding(Buckets.inOrder(lengths, 16), n -> n) > 0.4);
    assertTrue(Buckets.padding(Buckets.shuffled(lengths, n -> n, 16, 1), n -> n) < 0.05);
    assertEquals(2 / 14.0, Buckets.padding(List.of(List.of(2, 4), List.of(6)), n -> n), 1e-12);
  }

  @Test
  void totalOfABatchIncludesItsPadding() {
    assertEquals(
        List.of(List.of(11), List.of(7), List.of(5, 4), List.of(1)),
        Buckets.byLengthUpTo(List.of(4, 11, 1, 7, 5), n -> n, 10));
  }
}
