/** A client of the server; needs neither TensorFlow nor another of LoRA-MER's modules. */
module io.loramer.client {
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires transitive java.net.http;

  exports io.loramer.client;

  opens io.loramer.client to
      com.fasterxml.jackson.databind;
}
