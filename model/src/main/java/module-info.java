/** The model as a TensorFlow graph; API are the values of its configuration only. */
module io.loramer.model {
  requires transitive io.loramer.savedmodels;
  requires tensorflow.framework;

  exports io.loramer.model to
      io.loramer.recognition,
      io.loramer.training,
      io.loramer.server;
  exports io.loramer.model.head; // of it, the values of a configuration are API
  exports io.loramer.model.information; // likewise

  opens io.loramer.model.head to
      com.fasterxml.jackson.databind;
  opens io.loramer.model.information to
      com.fasterxml.jackson.databind;
}
