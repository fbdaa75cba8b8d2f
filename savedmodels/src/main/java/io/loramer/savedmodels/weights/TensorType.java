package io.loramer.savedmodels.weights;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The dtype and shape of a tensor.
 *
 * @param dtype NumPy's and TensorFlow's name, such as {@code float32}
 * @param shape with -1 for a dimension of any size; unknown if the rank is unknown
 */
public record TensorType(String dtype, Shape shape) {
  static TensorType of(Dtype dtype, Shape shape) {
    String name =
        switch (dtype) {
          case F64 -> "float64";
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          case I64 -> "int64";
          case I32 -> "int32";
          case I16 -> "int16";
          case I8 -> "int8";
          case U8 -> "uint8";
          case BOOL -> "bool";
        };
    return new TensorType(name, shape);
  }

  public static TensorType of(TensorInfo info) {
    return of(info.getDtype(), info.getTensorShape());
  }

  public static TensorType of(DataType type, TensorShapeProto shape) {
    String name =
        switch (type) {
          case DT_FLOAT -> "float32";
          case DT_DOUBLE -> "float64";
          case DT_HALF -> "float16";
          default -> type.name().replaceFirst("^DT_", "").toLowerCase(Locale.ROOT);
        };
    if (shape.getUnknownRank()) {
      return new TensorType(name, Shape.unknown());
    }
    return new TensorType(
        name, Shape.of(shape.getDimList().stream().mapToLong(d -> d.getSize()).toArray()));
  }

  /** Counts the elements of tensors by their dtype. */
  public static Map<String, Long> elements(Collection<TensorType> tensors) {
    Map<String, Long> elements = new TreeMap<>();
    tensors.forEach(tensor -> elements.merge(tensor.dtype, tensor.shape.size(), Long::sum));
    return elements;
  }
}
