package io.loramer.savedmodels.optimize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * Element-wise parts of a transformer layer, forward and backward.
 *
 * <p>Each is a function in the graph's library that XLA compiles, once for each shape, to one loop
 * over its operands; separate ops would read and write memory many times. They compute in float32;
 * arguments and values may have half precision.
 *
 * @see <a href="https://openxla.org/xla/tf2xla">XLA in TensorFlow</a>
 */
enum CompiledFunction {
  /** {@code dropout(GELU(x))} of x, key, dropped. */
  GELU {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var x = rows(tf, in.floats(0));
      var erf = tf.math.erf(tf.math.mul(x, tf.constant(SQRT_HALF)));
      var half = tf.math.mul(x, tf.constant(0.5f));
      var value = tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
      return likeFirst(tf, in, tf.math.mul(value, DropoutMask.of(tf, x, in.longs(1), in.ints(2))));
    }
  },
  /**
   * The gradient of {@link #GELU} by x, of x, dy, key, dropped; with z = x √½: {@code dropout(dy) ·
   * ½ (1 + erf(z) + 2/√π z exp(−z²))}.
   */
  GELU_GRADIENT {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var x = rows(tf, in.floats(0));
      var dy = rows(tf, in.floats(1));
      var dropped = tf.math.mul(dy, DropoutMask.of(tf, x, in.longs(2), in.ints(3)));
      return likeFirst(tf, in, Derivatives.gelu(tf, x, dropped));
    }
  },
  /** {@code x · keep / P(keep)} of x, key, dropped; and its gradient, of dy in place of x. */
  DROPOUT {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var x = rows(tf, in.floats(0));
      return likeFirst(tf, in, tf.math.mul(x, DropoutMask.of(tf, x, in.longs(1), in.ints(2))));
    }
  },
  /**
   * {@code scores + gate · bias + mask}, the input of softmax. (Softmax itself, with its
   * reductions, is faster as TensorFlow's op.)
   */
  SCORES {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var bias = tf.math.mul(in.floats(1), in.floats(2));
      return tf.math.add(tf.math.add(in.floats(0), bias), in.floats(3));
    }
  },
  /**
   * The gradient of {@code dropout(softmax(s))} by s: {@code (dropout(dy) − row) · y}, of dy,
   * {@code y = softmax(s)}, row [..., 1], key, dropped, where {@code row = Σ dropout(dy) · y} over
   * the last dimension.
   */
  SOFTMAX_GRADIENT {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var dy = rows(tf, in.floats(0));
      var y = rows(tf, in.floats(1));
      var row = tf.reshape(in.floats(2), tf.constant(new int[] {-1, 1}));
      var dropped = tf.math.mul(dy, DropoutMask.of(tf, dy, in.longs(3), in.ints(4)));
      return likeFirst(tf, in, tf.math.mul(tf.math.sub(dropped, row), y));
    }
  },
  /** {@code Σ a · b} over the last dimension, which stays, with size 1. */
  ROW_PRODUCTS {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      var products = tf.math.mul(in.floats(0), in.floats(1));
      return tf.reduceSum(products, tf.constant(-1), ReduceSum.keepDims(true));
    }
  },
  /** {@code (x − mean) / sqrt(variance + epsilon) · weight + bias}. */
  LAYER_NORM {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      Normed normed = Normed.of(tf, in.floats(0), in.floats(3));
      return tf.math.add(tf.math.mul(normed.value(), in.floats(1)), in.floats(2));
    }
  },
  /**
   * The gradient of {@link #LAYER_NORM} by x, of x, weight, epsilon, dy; with n the normed x and g
   * = dy · weight: {@code (g − mean(g) − n · mean(g · n)) / sqrt(variance + epsilon)}.
   */
  LAYER_NORM_GRADIENT {
    @Override
    Operand<TFloat32> body(Ops tf, Arguments in) {
      Normed normed = Normed.of(tf, in.floats(0), in.floats(2));
      var g = tf.math.mul(in.floats(3), in.floats(1));
      var along = tf.math.mul(normed.value(), mean(tf, tf.math.mul(g, normed.value())));
      return tf.math.mul(normed.scale(), tf.math.sub(tf.math.sub(g, mean(tf, g)), along));
    }
  };

  /** The op of a call; {@link #COMPILED} is the attribute that makes XLA compile it. */
  private static final String CALL = "PartitionedCall";

  private static final String COMPILED = "_XlaMustCompile";
  private static final float SQRT_HALF = (float) Math.sqrt(0.5);

  private static final Map<DataType, Class<? extends TType>> TYPES =
      Map.of(
          DataType.DT_FLOAT, TFloat32.class,
          DataType.DT_BFLOAT16, TBfloat16.class,
          DataType.DT_HALF, TFloat16.class,
          DataType.DT_INT32, TInt32.class,
          DataType.DT_INT64, TInt64.class);

  private static final Map<String, FunctionDef> DEFINITIONS = new ConcurrentHashMap<>();

  abstract Operand<TFloat32> body(Ops tf, Arguments in);

  /**
   * Returns a node that calls the function, for a graph with its definition.
   *
   * @param inputs dtypes of the arguments; a float may have any precision
   * @param output dtype of the value
   */
  NodeDef call(String name, List<String> arguments, List<DataType> inputs, DataType output) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(CALL)
        .addAllInput(arguments)
        .putAttr("Tin", types(inputs))
        .putAttr("Tout", types(List.of(output)))
        .putAttr("f", function(inputs, output))
        .putAttr(COMPILED, AttrValue.newBuilder().setB(true).build())
        .build();
  }

  /**
   * Adds a call of the function to a graph with its definition. (A definition cannot be added while
   * gradients are built, since the builder holds the graph's lock.)
   *
   * @param type of the value
   * @param arguments of the types that {@link #call(String, List, List, DataType)} takes
   */
  <T extends TType> Operand<T> call(Ops tf, Class<T> type, Operand<?>... arguments) {
    List<DataType> inputs =
        Arrays.stream(arguments).map(argument -> Operands.toDataType(argument.type())).toList();
    DataType output = Operands.toDataType(type);
    GraphOperationBuilder call =
        ((Graph) tf.scope().env())
            .opBuilder(CALL, tf.scope().makeOpName(definedName(inputs, output)), tf.scope());
    call.addInputList(Arrays.stream(arguments).map(Operand::asOutput).toArray(Output[]::new));
    call.setAttr("Tin", inputs.toArray(DataType[]::new));
    call.setAttr("Tout", new DataType[] {output});
    call.setAttr("f", function(inputs, output));
    call.setAttr(COMPILED, true);
    return call.build().output(0).expect(type);
  }

  /** Returns the function's definition for arguments and a value of these dtypes. */
  FunctionDef definition(List<DataType> inputs, DataType output) {
    return DEFINITIONS.computeIfAbsent(
        definedName(inputs, output), name -> define(name, inputs, output));
  }

  /** Compiles one function for the smallest shape, by which XLA starts. */
  static void compileOne() {
    FunctionDef product =
        ROW_PRODUCTS.definition(List.of(DataType.DT_FLOAT, DataType.DT_FLOAT), DataType.DT_FLOAT);
    GraphDef functions =
        GraphDef.newBuilder()
            .setLibrary(FunctionDefLibrary.newBuilder().addFunction(product))
            .build();
    ConfigProto cpu = ConfigProto.newBuilder().putDeviceCount("GPU", 0).build();
    try (Graph graph = new Graph();
        Session session = new Session(graph, cpu)) {
      graph.importGraphDef(functions);
      Ops tf = Ops.create(graph);
      // Fed, since TensorFlow computes a product of constants without XLA.
      Operand<TFloat32> row = tf.placeholder(TFloat32.class);
      Operand<TFloat32> value = ROW_PRODUCTS.call(tf, TFloat32.class, row, row);
      try (TFloat32 one = TFloat32.vectorOf(1)) {
        session.runner().feed(row, one).fetch(value).run().close();
      }
    }
  }

  private FunctionDef define(String name, List<DataType> inputs, DataType output) {
    Signature.Builder signature = Signature.builder().key(name);
    try (ConcreteFunction function =
            ConcreteFunction.create(
                tf -> {
                  List<Operand<?>> arguments = new ArrayList<>();
                  for (DataType input : inputs) {
                    Operand<?> argument = tf.placeholder(TYPES.get(input));
                    signature.input("argument_" + arguments.size(), argument);
                    arguments.add(argument);
                  }
                  Operand<?> value = body(tf, new Arguments(tf, arguments));
                  if (output != DataType.DT_FLOAT) {
                    value = tf.dtypes.cast(value, TYPES.get(output));
                  }
                  return signature.output("value", value).build();
                });
        Graph graph = new Graph()) {
      graph.attachFunction(function);
      FunctionDef.Builder definition =
          graph.toGraphDef().getLibrary().getFunction(0).toBuilder(); // named with a hash
      definition.getSignatureBuilder().setName(name);
      return definition.build();
    }
  }

  private String definedName(List<DataType> inputs, DataType output) {
    StringBuilder name = new StringBuilder("fused_" + name());
    inputs.forEach(input -> name.append('_').append(input));
    return name.append("_TO_")
        .append(output)
        .toString()
        .replace("DT_", "")
        .toLowerCase(Locale.ROOT);
  }

  private AttrValue function(List<DataType> inputs, DataType output) {
    NameAttrList.Builder function = NameAttrList.newBuilder().setName(definedName(inputs, output));
    return AttrValue.newBuilder().setFunc(function).build();
  }

  private static AttrValue types(List<DataType> types) {
    return AttrValue.newBuilder()
        .setList(AttrValue.ListValue.newBuilder().addAllType(types))
        .build();
  }

  /** Returns x with its last dimension as the columns of a matrix. */
  private static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> x) {
    var columns = tf.stridedSlice(tf.shape(x), Indices.at(-1));
    return tf.reshape(x, tf.stack(List.of(tf.constant(-1), columns)));
  }

  private static Operand<TFloat32> likeFirst(Ops tf, Arguments in, Operand<TFloat32> rows) {
    return tf.reshape(rows, tf.shape(in.floats(0)));
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
  }

  /** {@code (x − mean) · scale}. */
  private record Normed(Operand<TFloat32> value, Operand<TFloat32> scale) {
    static Normed of(Ops tf, Operand<TFloat32> x, Operand<TFloat32> epsilon) {
      var centred = tf.math.sub(x, mean(tf, x));
      var variance = mean(tf, tf.math.square(centred));
      var scale = tf.math.rsqrt(tf.math.add(variance, epsilon));
      return new Normed(tf.math.mul(centred, scale), scale);
    }
  }

  /** The arguments of a function; floats are read as float32. */
  record Arguments(Ops tf, List<Operand<?>> all) {
    Operand<TFloat32> floats(int index) {
      Operand<?> argument = all.get(index);
      return argument.type() == TFloat32.class
          ? argument.asOutput().expect(TFloat32.class)
          : tf.dtypes.cast(argument, TFloat32.class);
    }

    Operand<TInt32> ints(int index) {
      return all.get(index).asOutput().expect(TInt32.class);
    }

    Operand<TInt64> longs(int index) {
      return all.get(index).asOutput().expect(TInt64.class);
    }
  }
}
