/**
 * Pretrained encoders as TensorFlow graphs, one implementation per family, driven by the
 * checkpoint's {@code config.json}, and their conversion to SavedModels.
 */
package io.loramer.savedmodels.encoders;
