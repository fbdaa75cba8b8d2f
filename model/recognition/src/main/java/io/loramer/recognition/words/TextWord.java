package io.loramer.recognition.words;

/**
 * A word of a text, delimited by white space, and its tokens.
 *
 * @param start index of its first char in the text
 * @param end index behind its last char
 * @param firstToken index of its first token
 * @param endToken index behind its last token
 */
public record TextWord(int start, int end, int firstToken, int endToken) {

  /** Returns the sum of the values of the word's tokens. */
  public float sum(float[] ofTokens) {
    float sum = 0;
    for (int i = firstToken; i < endToken; i++) {
      sum += ofTokens[i];
    }
    return sum;
  }
}
