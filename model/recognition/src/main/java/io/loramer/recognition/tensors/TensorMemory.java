package io.loramer.recognition.tensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.DataStorageVisitor;
import org.tensorflow.types.TFloat32;

/** Views the native memory of a tensor as a {@link ByteBuffer}, which channels can fill. */
public final class TensorMemory implements DataStorageVisitor<ByteBuffer> {
  private TensorMemory() {}

  /**
   * Returns a view in the machine's byte order. It must not be used after the tensor was closed.
   *
   * @param tensor of a numeric type, less than 2 GiB
   */
  public static ByteBuffer of(Tensor tensor) {
    ByteBuffer memory = tensor.asRawTensor().data().accept(new TensorMemory());
    return memory.order(ByteOrder.nativeOrder());
  }

  /** Returns a copy of a tensor's numbers. */
  public static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  @Override
  public ByteBuffer visit(ByteBuffer buffer) {
    return buffer;
  }

  @Override
  public ByteBuffer visit(long address, long length, long scale) {
    return new Memory(address, Math.toIntExact(length)).asByteBuffer();
  }

  @Override
  public ByteBuffer fallback() {
    throw new IllegalStateException("the tensor's memory is neither a buffer nor an address");
  }

  /** Memory that the tensor owns. */
  private static final class Memory extends BytePointer {
    Memory(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.capacity = bytes;
      this.limit = bytes;
    }
  }
}
