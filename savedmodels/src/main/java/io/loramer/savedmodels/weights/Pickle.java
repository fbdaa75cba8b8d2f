package io.loramer.savedmodels.weights;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads Python's pickle format from files that are not trusted: numbers, strings, lists,
 * dictionaries, and the objects that {@link PytorchObjects} builds of them.
 *
 * <p>A pickle is a program that may call any Python function. Here, a name that is not on a short
 * list is an error, and no name is looked up outside of that list.
 *
 * <p>Python becomes Java: tuple and list {@code List}, dict {@code Map} with keys that are strings
 * or integers, int {@code Long}, float {@code Double}, None {@code Optional.empty()}.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">the opcodes</a>
 */
final class Pickle {
  private static final int MAX_PROTOCOL = 5;

  private final String subject;
  private final ByteBuffer code;
  private final PytorchObjects objects;
  private final Map<Long, Object> memo = new HashMap<>();
  private final Deque<List<Object>> outer = new ArrayDeque<>();
  private List<Object> stack = new ArrayList<>(); // above the last mark

  private Pickle(String subject, ByteBuffer code, PytorchObjects objects) {
    this.subject = subject;
    this.code = code;
    this.objects = objects;
  }

  /**
   * Runs a pickle.
   *
   * @param subject names it in errors
   * @param code little endian
   * @throws IOException if it is damaged or holds other objects than plain data and allowed calls
   */
  static Object read(String subject, ByteBuffer code, PytorchObjects objects) throws IOException {
    Pickle pickle = new Pickle(subject, code, objects);
    try {
      int opcode = pickle.unsignedByte();
      while (opcode != '.') {
        pickle.run(opcode);
        opcode = pickle.unsignedByte();
      }
      return pickle.pop();
    } catch (BufferUnderflowException e) {
      throw new IOException(subject + ": pickle is truncated", e);
    }
  }

  private void run(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> checkProtocol(unsignedByte()); // PROTO
      case 0x95 -> code.getLong(); // FRAME
      case '(' -> mark();
      case '0' -> pop(); // POP
      case '1' -> popMark(); // POP_MARK
      case 'N' -> push(Optional.empty()); // NONE
      case 0x88 -> push(true); // NEWTRUE
      case 0x89 -> push(false); // NEWFALSE
      case 'J' -> push((long) code.getInt()); // BININT
      case 'K' -> push((long) unsignedByte()); // BININT1
      case 'M' -> push((long) Short.toUnsignedInt(code.getShort())); // BININT2
      case 0x8a -> push(longOf(unsignedByte())); // LONG1
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(code.getLong()))); // BINFLOAT
      case 'X' -> push(text(Integer.toUnsignedLong(code.getInt()))); // BINUNICODE
      case 0x8c -> push(text(unsignedByte())); // SHORT_BINUNICODE
      case 0x8d -> push(text(code.getLong())); // BINUNICODE8
      case 'U' -> push(text(unsignedByte())); // SHORT_BINSTRING, by Python 2
      case ')', ']' -> push(new ArrayList<>()); // EMPTY_TUPLE, EMPTY_LIST
      case 0x85 -> push(popLast(1)); // TUPLE1
      case 0x86 -> push(popLast(2)); // TUPLE2
      case 0x87 -> push(popLast(3)); // TUPLE3
      case 't' -> push(popMark()); // TUPLE
      case 'a' -> append(popLast(1)); // APPEND
      case 'e' -> append(popMark()); // APPENDS
      case '}' -> push(new LinkedHashMap<>()); // EMPTY_DICT
      case 's' -> setItems(popLast(2)); // SETITEM
      case 'u' -> setItems(popMark()); // SETITEMS
      case 'q' -> memo.put((long) unsignedByte(), top()); // BINPUT
      case 'r' -> memo.put(Integer.toUnsignedLong(code.getInt()), top()); // LONG_BINPUT
      case 0x94 -> memo.put((long) memo.size(), top()); // MEMOIZE
      case 'h' -> push(remembered(unsignedByte())); // BINGET
      case 'j' -> push(remembered(Integer.toUnsignedLong(code.getInt()))); // LONG_BINGET
      case 'c' -> push(objects.find(line() + "." + line())); // GLOBAL
      case 0x93 -> { // STACK_GLOBAL
        List<Object> name = popLast(2);
        push(objects.find(as(String.class, name.get(0)) + "." + as(String.class, name.get(1))));
      }
      case 'R' -> { // REDUCE
        List<Object> call = popLast(2);
        push(objects.call(call.get(0), list(call.get(1))));
      }
      case 'b' -> { // BUILD: the attributes of an OrderedDict, such as a state_dict's _metadata
        pop();
        as(Map.class, top());
      }
      case 'Q' -> push(objects.load(pop())); // BINPERSID
      default -> throw refused("opcode 0x%02x at byte %d".formatted(opcode, code.position() - 1));
    }
  }

  private void checkProtocol(int protocol) throws IOException {
    if (protocol > MAX_PROTOCOL) {
      throw new IOException(
          "%s: pickle protocol %d, expected at most %d".formatted(subject, protocol, MAX_PROTOCOL));
    }
  }

  private void mark() {
    outer.push(stack);
    stack = new ArrayList<>();
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object top() throws IOException {
    if (stack.isEmpty()) {
      throw refused("an empty stack at byte " + code.position());
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws IOException {
    return popLast(1).get(0);
  }

  private List<Object> popLast(int count) throws IOException {
    if (stack.size() < count) {
      throw refused("an empty stack at byte " + code.position());
    }
    List<Object> tail = stack.subList(stack.size() - count, stack.size());
    List<Object> values = new ArrayList<>(tail);
    tail.clear();
    return values;
  }

  private List<Object> popMark() throws IOException {
    if (outer.isEmpty()) {
      throw refused("no mark at byte " + code.position());
    }
    List<Object> values = stack;
    stack = outer.pop();
    return values;
  }

  private void append(List<Object> values) throws IOException {
    list(top()).addAll(values);
  }

  private void setItems(List<Object> items) throws IOException {
    @SuppressWarnings("unchecked") // every Map here was made by '}' or an OrderedDict
    Map<Object, Object> map = as(Map.class, top());
    if (items.size() % 2 != 0) {
      throw refused("a dictionary key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      if (!(key instanceof String
          || key instanceof Long)) { // hashing a list that contains itself has no end
        throw refused("a dictionary key that is neither text nor a number");
      }
      map.put(key, items.get(i + 1));
    }
  }

  private Object remembered(long index) throws IOException {
    Object value = memo.get(index);
    if (value == null) {
      throw refused("memo " + index + " before it is set");
    }
    return value;
  }

  private List<Object> list(Object value) throws IOException {
    @SuppressWarnings("unchecked") // every List here is a List<Object>
    List<Object> list = as(List.class, value);
    return list;
  }

  /** Casts a value; the message must not contain it, since it may contain itself. */
  private <T> T as(Class<T> type, Object value) throws IOException {
    if (!type.isInstance(value)) {
      throw refused(
          "%s where %s is expected, at byte %d"
              .formatted(value.getClass().getSimpleName(), type.getSimpleName(), code.position()));
    }
    return type.cast(value);
  }

  private int unsignedByte() {
    return Byte.toUnsignedInt(code.get());
  }

  private long longOf(int bytes) throws IOException {
    if (bytes > Long.BYTES) {
      throw refused("an integer of " + bytes + " bytes");
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= Byte.toUnsignedLong(code.get()) << (Byte.SIZE * i);
    }
    int unused = Long.SIZE - Byte.SIZE * bytes;
    return bytes == 0 ? 0 : value << unused >> unused; // the sign is the last byte's
  }

  private String text(long bytes) {
    if (bytes < 0 || bytes > code.remaining()) {
      throw new BufferUnderflowException();
    }
    String text =
        StandardCharsets.UTF_8.decode(code.slice(code.position(), (int) bytes)).toString();
    code.position(code.position() + (int) bytes);
    return text;
  }

  private String line() {
    int start = code.position();
    while (code.get() != '\n') {}
    return StandardCharsets.UTF_8.decode(code.slice(start, code.position() - 1 - start)).toString();
  }

  private IOException refused(String what) {
    return new IOException(subject + ": refused: the pickle holds " + what);
  }
}
