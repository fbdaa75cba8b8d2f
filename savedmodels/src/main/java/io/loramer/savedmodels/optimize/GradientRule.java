package io.loramer.savedmodels.optimize;

import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * How the gradients of a value are computed, in place of TensorFlow's own way.
 *
 * <p>The first three recompute during the backward pass what TensorFlow would keep in memory since
 * the forward pass; the others do the same with {@link CompiledFunction}s.
 *
 * @see CustomGradients which attaches a rule to a value
 */
enum GradientRule {
  /** GELU by x. */
  GELU {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      Output<TFloat32> x = inputs.get(0).expect(TFloat32.class);
      return List.of(Derivatives.gelu(tf, Derivatives.after(tf, dy, x), dy.expect(TFloat32.class)));
    }
  },
  /** {@code x · (keep · scale)} by x. */
  DROPOUT {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      Dropped dropped = Dropped.of(value);
      var scaled = tf.math.mul(dy.expect(TFloat32.class), dropped.scale);
      return List.of(tf.math.mul(scaled, dropped.mask(tf, dy)));
    }
  },
  /** A product whose first factor is a dropout's output, by that dropout's x and by the second. */
  PRODUCT_OF_DROPOUT {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      Dropped dropped = Dropped.of(producer(value, 0));
      var mask = dropped.mask(tf, dy);
      var scaled =
          tf.math.mul(dy.expect(TFloat32.class), dropped.scale); // here, where the tensor is small
      var kept = tf.math.mul(dropped.x, mask);
      List<Operand<TFloat32>> factors = Derivatives.factors(tf, value, kept, scaled);
      return List.of(tf.math.mul(factors.get(0), mask), factors.get(1));
    }
  },
  /** {@link CompiledFunction#GELU}, dropout included, by x. */
  COMPILED_GELU {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      GraphOperation call = call(value);
      Output<?> x = inputs.get(0);
      return List.of(
          CompiledFunction.GELU_GRADIENT.call(tf, x.type(), x, dy, call.input(1), call.input(2)));
    }
  },
  /** {@link CompiledFunction#DROPOUT} by x. */
  COMPILED_DROPOUT {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      return List.of(dropAgain(tf, inputs.get(0).type(), dy, call(value)));
    }
  },
  /** Like {@link #PRODUCT_OF_DROPOUT}, of a {@link CompiledFunction#DROPOUT}. */
  PRODUCT_OF_COMPILED_DROPOUT {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      GraphOperation dropout = call(producer(value, 0));
      var factors = factors(tf, value, dropout, dy);
      return List.of(dropAgain(tf, inputs.get(0).type(), factors.get(0), dropout), factors.get(1));
    }
  },
  /** {@code dropout(softmax(s)) V} by s and V. */
  COMPILED_ATTENTION {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      return attention(tf, value, inputs.get(0), dy);
    }
  },
  /** {@code dropout(softmax(s + gate · bias + mask)) V} by s, gate and V. */
  COMPILED_GATED_ATTENTION {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      List<Operand<?>> ungated = attention(tf, value, inputs.get(0), dy);
      GraphOperation dropout = call(producer(value, 0));
      GraphOperation softmax = producer(dropout, 0);
      Output<?> bias = call(producer(softmax, 0)).input(2);
      var gate = CompiledFunction.ROW_PRODUCTS.call(tf, TFloat32.class, ungated.get(0), bias);
      return List.of(ungated.get(0), gate, ungated.get(1));
    }
  },
  /** {@link CompiledFunction#LAYER_NORM} by x. */
  COMPILED_LAYER_NORM {
    @Override
    List<Operand<?>> gradients(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
      GraphOperation call = call(value);
      Output<?> x = inputs.get(0);
      return List.of(
          CompiledFunction.LAYER_NORM_GRADIENT.call(
              tf, x.type(), x, call.input(1), call.input(3), dy));
    }
  };

  /**
   * Builds the gradients of the inputs that the rule was attached with.
   *
   * @param value the op that computes the value in the forward pass
   * @param inputs in the order in which they were given
   * @param dy the gradient of the value
   */
  abstract List<Operand<?>> gradients(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy);

  /** Returns the op that computes an input of another. */
  static GraphOperation producer(GraphOperation reader, int input) {
    return (GraphOperation) reader.input(input).op();
  }

  /** Returns the call of a compiled function that lies before the Reshape of its value. */
  private static GraphOperation call(GraphOperation value) {
    return producer(value, 0);
  }

  private static List<Operand<?>> attention(
      Ops tf, GraphOperation value, Output<?> scores, Output<?> dy) {
    GraphOperation dropout = call(producer(value, 0));
    var factors = factors(tf, value, dropout, dy);
    // Σ dropout(dA) · A over the keys is Σ dO · O over the head's dimensions, which are fewer.
    var row = CompiledFunction.ROW_PRODUCTS.call(tf, TFloat32.class, dy, value.output(0));
    var ofScores =
        CompiledFunction.SOFTMAX_GRADIENT.call(
            tf,
            scores.type(),
            factors.get(0),
            dropout.input(0),
            row,
            dropout.input(1),
            dropout.input(2));
    return List.of(ofScores, factors.get(1));
  }

  /** Applies the mask of a call of dropout to another tensor. */
  private static <T extends TType> Operand<T> dropAgain(
      Ops tf, Class<T> type, Operand<?> x, GraphOperation dropout) {
    return CompiledFunction.DROPOUT.call(tf, type, x, dropout.input(1), dropout.input(2));
  }

  /** Returns the gradients of a product by the output of a call of dropout and by the other. */
  private static <T extends TType> List<Operand<T>> factors(
      Ops tf, GraphOperation product, GraphOperation dropout, Output<T> dy) {
    var kept = dropAgain(tf, dy.type(), Derivatives.after(tf, dy, dropout.input(0)), dropout);
    return Derivatives.factors(tf, product, kept, dy);
  }

  /** A dropout of the graph: {@code x · (keep · scale)}. */
  private record Dropped(Output<TFloat32> x, Output<TBool> keep, Output<TFloat32> scale) {
    static Dropped of(GraphOperation dropped) {
      GraphOperation scaled = producer(dropped, 1);
      return new Dropped(
          dropped.input(0).expect(TFloat32.class),
          producer(scaled, 0).input(0).expect(TBool.class),
          scaled.input(1).expect(TFloat32.class));
    }

    Operand<TFloat32> mask(Ops tf, Output<?> gradient) {
      return tf.dtypes.cast(Derivatives.after(tf, gradient, keep), TFloat32.class);
    }
  }
}
