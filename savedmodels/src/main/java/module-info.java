/** Pretrained encoders: conversion to SavedModels, their graphs, LoRA. */
module io.loramer.savedmodels {
  requires com.sun.jna;
  requires transitive tensorflow;
  requires transitive tensorflow.nativelib;
  requires transitive org.tensorflow.ndarray;
  requires transitive com.fasterxml.jackson.databind;
  requires transitive com.google.protobuf;
  requires tensorflow.framework;
  requires com.fasterxml.jackson.datatype.jdk8;
  requires java.net.http;
  requires org.apache.logging.log4j;

  exports io.loramer.savedmodels;
  exports io.loramer.savedmodels.encoders;
  exports io.loramer.savedmodels.hub;
  exports io.loramer.savedmodels.lora;
  exports io.loramer.savedmodels.optimize; // of it, Precision and Computation are for everybody
  exports io.loramer.savedmodels.weights;
  exports io.loramer.savedmodels.files to
      io.loramer.recognition,
      io.loramer.training,
      io.loramer.server,
      io.loramer.tools;
  exports io.loramer.savedmodels.graph to
      io.loramer.model,
      io.loramer.recognition,
      io.loramer.training;
  exports io.loramer.savedmodels.imports to
      io.loramer.model,
      io.loramer.training,
      io.loramer.tools;
  exports io.loramer.savedmodels.rewrite to
      io.loramer.model;

  opens io.loramer.savedmodels.lora to
      com.fasterxml.jackson.databind;
}
