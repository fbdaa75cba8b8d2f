package io.loramer.model.information;

/** The pairs of a batch that sample the product of the marginals in the paper's equation 11. */
public enum Marginals {
  /** Every (i, j) with i ≠ j: at a batch of 16, half the noise of one shuffle. */
  ALL_PAIRS,
  /** Each i with one other j, by a permutation that the caller feeds. */
  SHUFFLE
}
