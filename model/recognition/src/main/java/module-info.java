/** Recognition of emotions with an exported model: what a Java service depends on. */
module io.loramer.recognition {
  requires transitive io.loramer.model;
  requires ai.djl.tokenizers;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires org.bytedeco.ffmpeg;
  requires org.bytedeco.javacpp;

  exports io.loramer.recognition;
  exports io.loramer.recognition.audio;
  exports io.loramer.recognition.corpus;
  exports io.loramer.recognition.device;
  exports io.loramer.recognition.measures;
  exports io.loramer.recognition.words;
  exports io.loramer.recognition.batches to
      io.loramer.training;
  exports io.loramer.recognition.tensors to
      io.loramer.training,
      io.loramer.server;

  opens io.loramer.recognition to
      com.fasterxml.jackson.databind;
  opens io.loramer.recognition.corpus to
      com.fasterxml.jackson.databind;
  opens io.loramer.recognition.measures to
      com.fasterxml.jackson.databind;
}
