/** The model as a TensorFlow graph; for LoRA-MER's own modules only. */
module io.loramer.model {
  requires transitive io.loramer.savedmodels;
  requires tensorflow.framework;

  exports io.loramer.model to
      io.loramer.recognition,
      io.loramer.training,
      io.loramer.server;
  exports io.loramer.model.head to
      io.loramer.training,
      io.loramer.tools;
  exports io.loramer.model.information to
      io.loramer.training,
      io.loramer.tools;

  opens io.loramer.model.head to
      com.fasterxml.jackson.databind;
  opens io.loramer.model.information to
      com.fasterxml.jackson.databind;
}
