package io.loramer.recognition.words;

/**
 * A word of a text, which is what stands between white space, and the tokens that it was cut into.
 *
 * @param start of its first char in the text
 * @param end behind its last char
 * @param firstToken the position of its first token
 * @param endToken behind its last token
 */
public record TextWord(int start, int end, int firstToken, int endToken) {

  /** Returns the sum of what its tokens were given. */
  public float sum(float[] ofTokens) {
    float sum = 0;
    for (int i = firstToken; i < endToken; i++) {
      sum += ofTokens[i];
    }
    return sum;
  }
}
