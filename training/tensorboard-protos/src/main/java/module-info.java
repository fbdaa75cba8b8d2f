/** The messages of TensorBoard's plugins; for LoRA-MER's training only. */
module io.loramer.tensorboard {
  requires transitive com.google.protobuf;

  exports io.loramer.tensorboard to
      io.loramer.training;
}
