package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The activation functions of the supported encoders. */
enum Activation {
  /** {@code x/2 · (1 + erf(x/√2))}: the exact form, which all supported encoders use. */
  GELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      var erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
      var half = tf.math.mul(x, tf.constant(0.5f));
      return tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
    }
  },
  RELU {
    @Override
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
      return tf.nn.relu(x);
    }
  };

  abstract Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x);
}
